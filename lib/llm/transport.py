"""HTTP for the model's library that ends at a deadline: its own time-out bounds one read, not the whole.

Our connections (lib/bounded_http.py) in the clothes of a transport: what of a request is not named here stays
here, no proxy or certificate comes from the environment, and no redirect is followed with the key.
"""

import traceback
from typing import Final

import httpx2
import requests
from requests.exceptions import RequestException
from urllib3.exceptions import HTTPError

from lib.bounded_http import BoundedAdapter, ConnectFailure, NotConnected
from lib.clock import Deadline
from lib.llm.errors import LlmAnswerCut, LlmAnswerTooLarge, LlmError, LlmTimedOut, LlmUnreachable

BODY_LIMIT: Final = 1_048_576
"""Bytes of an answer: a hundred times what a reply to a mail needs."""
SENT_HEADERS: Final = ("content-type", "authorization", "accept")
"""The library adds what it knows of this machine, and what the environment names; neither is needed."""
CHUNK: Final = 65_536


class DeadlineTransport(httpx2.BaseTransport):
    """One exchange by `deadline`, at most BODY_LIMIT bytes of answer. Raises LlmError."""

    def __init__(self, deadline: Deadline) -> None:
        self._deadline = deadline

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send `request` and read its whole answer."""
        try:
            return self._exchange(request)
        except (NotConnected, RequestException, HTTPError, OSError) as error:
            failure = _failure(error, self._deadline)
            _let_go(error)
        try:
            raise failure  # what the libraries raise goes no further: their texts have the address inside
        finally:
            del failure  # else this frame and the error would hold each other, and all that its caller has

    def _exchange(self, request: httpx2.Request) -> httpx2.Response:
        seconds = max(0.001, self._deadline.remaining_ms() / 1000)
        sent = {name: request.headers[name] for name in SENT_HEADERS if name in request.headers}
        with requests.Session() as session, BoundedAdapter(self._deadline) as adapter:
            session.trust_env = False
            session.mount("https://", adapter)
            session.mount("http://", adapter)
            with session.post(
                str(request.url),
                data=request.read(),
                headers={**sent, "Accept-Encoding": "identity"},
                allow_redirects=False,
                stream=True,
                timeout=(seconds, seconds),
            ) as response:
                body = self._body(response)
                headers = {name.lower(): value for name, value in response.headers.items()}
                # What is here is whole and plain: neither is to be undone again.
                headers.pop("content-encoding", None)
                headers.pop("transfer-encoding", None)
                return httpx2.Response(response.status_code, headers=headers, content=body)

    def _body(self, response: requests.Response) -> bytes:
        body = b""
        try:
            while chunk := response.raw.read(CHUNK, decode_content=False):
                body += chunk
                if len(body) > BODY_LIMIT:
                    raise LlmAnswerTooLarge
        except (HTTPError, OSError) as error:
            _let_go(error)
            if self._deadline.passed or isinstance(error, TimeoutError):
                raise LlmTimedOut from None
            raise LlmAnswerCut("The connection to the model's endpoint broke while it answered.") from None
        if self._deadline.passed:
            raise LlmTimedOut
        return body


def _let_go(error: BaseException) -> None:
    """Break the libraries' cycles of errors and frames, in which all that our callers have would stay."""
    held: BaseException | None = error
    while held is not None:
        traceback.clear_frames(held.__traceback__)
        held = held.__context__


def _failure(error: Exception, deadline: Deadline) -> LlmError:
    if deadline.passed or isinstance(error, requests.Timeout):
        return LlmTimedOut()
    if isinstance(error, NotConnected):
        return LlmTimedOut() if error.failure is ConnectFailure.TIMED_OUT else LlmUnreachable()
    return LlmUnreachable(
        f"The connection to the model's endpoint broke before it answered ({type(error).__name__}); "
        "it is tried again. If it stays so, check LLM_BASE_URL."
    )
