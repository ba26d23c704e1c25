"""How sending a tick's events fails: the classes that `enqueueError.class` names (design §5)."""

from enum import StrEnum
from typing import Final

from lib.errors import EverytickError


class SendErrorClass(StrEnum):
    """Why not every event was accepted; explained in docs/ticks.md."""

    REFUSED = "send_refused"
    """No connection: the name, the address, or TLS. Certainly nothing was accepted."""
    TIMED_OUT = "send_timed_out"
    """No whole answer within the deadline; the events may be accepted."""
    REJECTED = "send_rejected"
    """The API said no, or sent us elsewhere."""
    UNREADABLE = "send_unreadable"
    """The connection broke after it was made, or its answer is not the API's; the events may be accepted."""
    INCOMPLETE = "send_incomplete"
    """Fewer ids than events came back."""
    STUCK = "send_stuck"
    """An earlier send of this process has not returned after its deadline; this one was not begun."""


MESSAGES: Final = {
    SendErrorClass.REFUSED: "The event API cannot be reached.",
    SendErrorClass.TIMED_OUT: "The event API gave no whole answer within BACKGROUND_JOBS_SEND_DEADLINE_MS.",
    SendErrorClass.REJECTED: "The event API did not accept the events.",
    SendErrorClass.UNREADABLE: "What answered is not readable as the event API.",
    SendErrorClass.INCOMPLETE: "The event API acknowledged fewer events than were sent.",
    SendErrorClass.STUCK: "An earlier send has not returned yet; no other is begun meanwhile.",
}


class EventsNotSent(EverytickError):
    """Not every event of the tick was accepted; its work is done inline."""

    code = "events_not_sent"
    retriable = True

    def __init__(
        self, error_class: SendErrorClass, message: str | None = None, *, accepted: tuple[str, ...] = ()
    ) -> None:
        """Take `message`, or the class's own; `accepted` are the ids of the first events, in order."""
        super().__init__(message or MESSAGES[error_class])
        self.error_class = error_class
        self.accepted = accepted
