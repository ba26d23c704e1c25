"""What may go wrong between engine and app, as objects that a test gives to the engine."""

import threading
from dataclasses import dataclass
from typing import Final

from dev.engine.answer import RawAnswer
from dev.engine.request import EngineRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """The requests that a fault touches; None means any."""

    function_id: str | None = None
    step_id: str | None = None
    """As in the query: `step`, or the hash of the targeted step."""
    attempt: int | None = None
    number: int | None = None
    """Of the request within its run, from 1."""

    def fits(self, request: EngineRequest) -> bool:
        """Whether `request` is one of them."""
        wanted = (self.function_id, self.step_id, self.attempt, self.number)
        found = (request.function_id, request.step_id, request.attempt, request.number)
        return all(want is None or want == have for want, have in zip(wanted, found, strict=True))


ANYWHERE: Final = Where()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something that goes wrong with some requests."""

    where: Where = ANYWHERE
    times: int = 1
    """How many requests it touches."""

    @property
    def name(self) -> str:
        """How the log calls it."""
        return type(self).__name__


@dataclass(frozen=True, slots=True, kw_only=True)
class LoseRequest(Fault):
    """The request never reaches the app."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoseAnswer(Fault):
    """The app does its part and its answer is lost: what it did will be done again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerInstead(Fault):
    """Something in front of the app answers; the app is not reached."""

    answer: RawAnswer


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverTwice(Fault):
    """The request comes again after it was answered; the second answer is read and dropped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverConcurrently(Fault):
    """The request comes twice at the same time; the answer that is first is taken."""


class AppDied(BaseException):
    """Raised in the app by a test, at the line where it is to die: the request stays without an answer.

    Not an Exception, so that neither the SDK nor Flask makes an answer of it. Unlike at a kill -9, `finally`
    and context managers run.
    """


UNAUTHORISED: Final = RawAnswer(
    status=401, headers={"content-type": "application/json"}, body=b'{"message": "Unauthorized"}'
)
"""What an authentication wall answers."""
LOGIN_PAGE: Final = RawAnswer(status=200, headers={"content-type": "text/html"}, body=b"<html>log in</html>")
"""What a login page answers."""


class Faults:
    """The faults that are in force; requests may be made by several threads."""

    def __init__(self) -> None:
        self._left: list[tuple[Fault, int]] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> None:
        """Put `fault` in force, after those that are."""
        with self._lock:
            self._left.append((fault, fault.times))

    def clear(self) -> None:
        """Let nothing go wrong any more."""
        self._left.clear()

    def take(self, request: EngineRequest) -> Fault | None:
        """The first fault that touches `request`, used up by one."""
        with self._lock:
            for place, (fault, left) in enumerate(self._left):
                if fault.where.fits(request):
                    self._left[place : place + 1] = [(fault, left - 1)] if left > 1 else []
                    return fault
        return None
