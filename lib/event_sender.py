"""What goes to the event API, and whoever can send it; how it is done is in lib/ticks/."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingEvent:
    """One event; whoever gets two with the same id runs one function once (24 h).

    It has no time of its own (`ts`): Inngest does not start a function before it, so that a database's clock
    ahead of Inngest's would hold every run back.
    """

    name: str
    """An EventName, or a probe's, to which no function listens."""
    id: str
    """Made from the dispatch key, so that a repetition is recognised."""
    data: Mapping[str, Any]
    """JSON only."""


class EventSender(Protocol):
    """Hands events to the event API within a total deadline."""

    def send(self, events: Sequence[OutgoingEvent]) -> tuple[str, ...]:
        """The API's id for each of `events`, in their order. Raises EventsNotSent."""
        ...
