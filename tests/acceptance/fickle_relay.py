"""An event API that may refuse, lie, forget, and hand on late."""

from enum import StrEnum
from typing import Any

from dev.engine.errors import BadEvent
from lib.work.responsibilities import RESPONSIBILITIES
from tests.durable import Relay


class Answer(StrEnum):
    """What the event API says to a request with events."""

    ACCEPTS = "accepts"
    REFUSES = "refuses"
    TAKES_ONE = "takes one"
    """The first of several; the other it neither keeps nor names."""
    TAKES_AND_REFUSES = "takes and refuses"
    """It keeps them all, and the sender never hears of it."""


class FickleRelay(Relay):
    """Hands to its engine what it feels like, when it feels like it."""

    def __init__(self) -> None:
        super().__init__()
        self.answer = Answer.ACCEPTS
        self.forgets: frozenset[str] = frozenset()
        """Names of the events that it accepts and of which nobody hears again."""
        self.delay_s = 0.0
        """How much later than it was accepted an event is acted on."""
        self._kept: list[tuple[float, dict[str, Any]]] = []

    def be_good(self) -> None:
        """Accept everything and hand it on at once, what was kept included."""
        self.answer, self.forgets, self.delay_s = Answer.ACCEPTS, frozenset(), 0.0
        self._kept = [(0.0, event) for _, event in self._kept]
        self.hand_on()

    def send(self, events: list[Any], *, seed: str | None = None) -> list[str]:
        del seed
        assert self.engine is not None
        if self.answer is Answer.REFUSES:
            raise BadEvent("closed")
        taken = events[:1] if self.answer is Answer.TAKES_ONE else events
        at = self.engine.clock.monotonic() + self.delay_s
        self._kept += [(at, event) for event in taken if event["name"] not in self.forgets]
        self.hand_on()
        if self.answer is Answer.TAKES_AND_REFUSES:
            raise BadEvent("closed, it says")
        return [event["id"] for event in taken]

    def hand_on(self) -> None:
        """Give the engine whatever is due."""
        assert self.engine is not None
        now = self.engine.clock.monotonic()
        due = [event for at, event in self._kept if at <= now]
        self._kept = [one for one in self._kept if one[0] > now]
        if due:
            self.engine.send(due)


FORGETFUL = [frozenset({r.event_name}) for r in RESPONSIBILITIES] + [
    frozenset(r.event_name for r in RESPONSIBILITIES)
]
"""What an event API may forget: one event, the other, both."""
