"""One endpoint, through the library that speaks to it; imported by the first question alone.

The library is optional and takes a second to import: lib/llm/client.py looks for it only when it is needed.
"""

import logging
from collections.abc import Mapping
from typing import Any, Final

import httpx2
import openai

from lib.clock import Clock, Deadline
from lib.llm.completion import Said, said_in
from lib.llm.dialect import Dialect
from lib.llm.errors import (
    LlmAnswerUnreadable,
    LlmBusy,
    LlmError,
    LlmKeyRefused,
    LlmNotFound,
    LlmRequestRefused,
    LlmUnavailable,
)
from lib.llm.retry_after import retry_after
from lib.llm.transport import DeadlineTransport

NO_KEY: Final = "none"
"""The library wants a key; an endpoint of one's own often has none."""
SERVER_FAILED: Final = 500
SERVICE_UNAVAILABLE: Final = 503
TOO_MANY: Final = 429
NOT_FOUND: Final = 404
KEY_REFUSED: Final = frozenset({401, 403})
PASSING: Final = frozenset({408, 409, 425})
"""Statuses of a client's fault that pass by themselves."""
SAID_LIMIT: Final = 4_000
"""Characters of a refusal that are looked at."""


class RefusedParameter(Exception):
    """The endpoint refused the request over something that it may be sent without."""

    def __init__(self, without: Dialect) -> None:
        super().__init__()
        self.without = without


def exchange(
    address: str,
    key: str | None,
    body: Mapping[str, Any],
    dialect: Dialect,
    *,
    clock: Clock,
    deadline: Deadline,
) -> Said:
    """Ask once, and give what the model said. Raises LlmError, or RefusedParameter.

    Nothing of it is taken from the environment: address, key and headers are what is passed here.
    """
    logging.getLogger(openai.__name__).setLevel(logging.WARNING)  # OPENAI_LOG=debug would log whole mails
    with httpx2.Client(
        transport=DeadlineTransport(deadline), trust_env=False, follow_redirects=False
    ) as http:
        client = openai.OpenAI(
            base_url=address,
            api_key=key or NO_KEY,
            max_retries=0,  # the job is what is retried
            timeout=None,  # the transport's deadline is the one that counts
            http_client=http,
        )
        try:
            answer = client.chat.completions.with_raw_response.create(**body)
        except LlmError:
            raise
        except openai.APIStatusError as error:
            said = error.response.text[:SAID_LIMIT]
            if (without := dialect.after_refusal(error.status_code, said)) is not None:
                raise RefusedParameter(without) from None
            failure = refusal(error.status_code, error.response.headers, clock)
        except (openai.OpenAIError, httpx2.HTTPError) as error:
            failure = LlmAnswerUnreadable(
                f"What answered is no chat completion ({type(error).__name__}); it is tried again. "
                "If it stays so, check LLM_BASE_URL."
            )
        else:
            return said_in(answer.http_response.content)
    try:
        raise failure
    finally:
        del failure  # as in lib/llm/transport.py


def refusal(status: int, headers: Mapping[str, str], clock: Clock) -> LlmError:
    """What a status of 300 and more means; nothing of its body is kept, which may repeat mail or key."""
    told = f"(HTTP {status})"
    wait = retry_after(headers, now=clock.now())
    if status == TOO_MANY or (status == SERVICE_UNAVAILABLE and wait is not None):
        return LlmBusy(f"{LlmBusy()} {told}", retry_after=wait)
    if status >= SERVER_FAILED or status in PASSING:
        return LlmUnavailable(f"{LlmUnavailable()} {told}", retry_after=wait)
    if status in KEY_REFUSED:
        return LlmKeyRefused(f"{LlmKeyRefused()} {told}")
    if status == NOT_FOUND:
        return LlmNotFound(f"{LlmNotFound()} {told}")
    return LlmRequestRefused(f"{LlmRequestRefused()} {told}")
