"""One request to a stranger, bounded in time and size, following nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import requests
from requests.exceptions import RequestException, SSLError
from urllib3.exceptions import HTTPError

from lib.bounded_http import BoundedAdapter, ConnectFailure, NotConnected
from lib.clock import Clock, Deadline

REQUEST_MS: Final = 10_000
"""One request at most: a cold start of the app takes a few seconds."""
BODY_LIMIT: Final = 256 * 1024
"""Bytes that are read of a body."""


class Silence(StrEnum):
    """Why a request has no whole answer."""

    TIMED_OUT = "timed_out"
    UNRESOLVED = "unresolved"
    REFUSED = "refused"
    TLS = "tls"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back."""

    status: int
    env: tuple[str, ...]
    """Each `x-inngest-env`, as it was sent."""
    content_type: str
    location: str | None
    """Where a redirect leads; it is not followed."""
    body: bytes
    """Its first BODY_LIMIT bytes."""
    date: str | None = None
    """Its `Date`, as it was sent."""


class NoAnswer(Exception):
    """A request has no whole answer."""

    def __init__(self, silence: Silence) -> None:
        super().__init__(silence)
        self.silence = silence


def look(method: str, url: str, *, headers: Mapping[str, str], clock: Clock) -> Answer:
    """The answer of `url` within REQUEST_MS. Raises NoAnswer; what the libraries raise goes no further.

    Nothing of the process's environment is used: no proxy, no .netrc, no certificates.
    """
    deadline = Deadline.after_ms(clock, REQUEST_MS)
    try:
        answer = _exchange(method, url, headers, deadline)
    except NotConnected as error:
        raise NoAnswer(SILENCES[error.failure]) from None
    except (RequestException, HTTPError, OSError) as error:
        raise NoAnswer(_silence(error, deadline)) from None
    if deadline.passed:
        raise NoAnswer(Silence.TIMED_OUT)
    return answer


SILENCES: Final = {
    ConnectFailure.TIMED_OUT: Silence.TIMED_OUT,
    ConnectFailure.UNRESOLVED: Silence.UNRESOLVED,
    ConnectFailure.REFUSED: Silence.REFUSED,
}


def _exchange(method: str, url: str, headers: Mapping[str, str], deadline: Deadline) -> Answer:
    seconds = max(0.001, deadline.remaining_ms() / 1000)
    with requests.Session() as session, BoundedAdapter(deadline) as adapter:
        session.trust_env = False
        session.mount("https://", adapter)
        session.mount("http://", adapter)
        with session.request(
            method,
            url,
            headers={"Accept": "application/json", "Accept-Encoding": "identity", **headers},
            allow_redirects=False,
            stream=True,
            timeout=(seconds, seconds),
        ) as response:
            return Answer(
                status=response.status_code,
                env=tuple(response.raw.headers.getlist("x-inngest-env")),
                content_type=response.headers.get("Content-Type", ""),
                location=response.headers.get("Location"),
                body=response.raw.read(BODY_LIMIT, decode_content=False),
                date=response.headers.get("Date"),
            )


def _silence(error: Exception, deadline: Deadline) -> Silence:
    if deadline.passed or isinstance(error, requests.Timeout):
        return Silence.TIMED_OUT
    return Silence.TLS if isinstance(error, SSLError) else Silence.BROKEN
