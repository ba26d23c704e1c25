"""The Inngest dev server that INNGEST_DEV names: whether it is there, and telling it of our functions."""

import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from lib.time_limit import within

DEFAULT_ADDRESS = "http://127.0.0.1:8288"
DEFAULT_PATH = "/api/inngest"
FLAG = "BACKGROUND_JOBS_USE_INNGEST"
_ON = ("1", "true", "yes", "on")
_OFF = ("0", "false", "no", "off")
_REACH_SECONDS = 2
_REGISTER_SECONDS = 20  # longer than the app gives the dev server
_ANSWER_BYTES = 1_000_000
_UNREADABLE = (OSError, ValueError, http.client.HTTPException)
"""No answer in time, no address, or an answer that is not JSON or not HTTP."""


@dataclass(frozen=True, slots=True)
class InngestServer:
    """The dev server at `url`."""

    url: str

    def is_there(self) -> bool:
        """Whether it, and no other program, answers at its address within two seconds in all."""
        try:
            status, answer = within(_REACH_SECONDS, lambda: _called("GET", f"{self.url}/dev"), name="look")
        except _UNREADABLE:
            return False
        return status == HTTPStatus.OK and isinstance(answer, dict)

    def register(self, origin: str, environment: Mapping[str, str]) -> str:
        """Have the app that serves at `origin` register its functions; say in one line what came of it."""
        path = environment.get("INNGEST_SERVE_PATH", "").strip() or DEFAULT_PATH
        try:
            _, answer = within(_REGISTER_SECONDS, lambda: _called("PUT", origin + path), name="register")
        except _UNREADABLE as error:
            return f"the functions could not be registered: {error}"
        if isinstance(answer, dict) and answer.get("ok") is True:
            return f"functions registered, ticks are handed over; see the runs at {self.url}/runs"
        return f"the functions could not be registered: {_word(answer)}"


def inngest_server(environment: Mapping[str, str]) -> InngestServer | None:
    """Give the dev server that INNGEST_DEV asks for; None where it is not set or false."""
    value = environment.get("INNGEST_DEV", "").strip()
    if not value or value.casefold() in _OFF:
        return None
    if value.casefold() in _ON:
        return InngestServer(DEFAULT_ADDRESS)
    return InngestServer((value if "://" in value else f"http://{value}").rstrip("/"))


def inline(environment: Mapping[str, str]) -> dict[str, str]:
    """Give the environment of an app that does its ticks' work itself."""
    return {**environment, FLAG: "false"}


def dispatching(environment: Mapping[str, str]) -> dict[str, str]:
    """Give the environment of an app that hands its ticks over, unless it says itself what it wants."""
    return dict(environment) if environment.get(FLAG, "").strip() else {**environment, FLAG: "true"}


def _called(method: str, url: str) -> tuple[int, Any]:
    """Status and JSON of the answer. Raises one of _UNREADABLE."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    request = urllib.request.Request(url, method=method)  # noqa: S310  # the user's own address
    try:
        with direct.open(request, timeout=_REGISTER_SECONDS) as answer:
            return answer.status, json.loads(answer.read(_ANSWER_BYTES))
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read(_ANSWER_BYTES))


def _word(answer: object) -> str:
    named = answer if isinstance(answer, dict) else {}
    words = (named.get(name) for name in ("error", "detail", "message"))
    return next((word for word in words if isinstance(word, str) and word), "the dev server did not say why")
