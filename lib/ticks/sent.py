"""What came of sending a tick's events, redacted: what the ledger, the log and the answer say of it."""

from dataclasses import dataclass

from lib.ticks.send_error import SendErrorClass


@dataclass(frozen=True, slots=True, kw_only=True)
class SendFailure:
    """Why not every event was accepted."""

    error_class: SendErrorClass
    message: str
    """Redacted and short."""

    def as_json(self) -> dict[str, str]:
        """`enqueueError` of the cron route's answer."""
        return {"class": self.error_class, "message": self.message}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """The outcome of one send."""

    event_names: tuple[str, ...] = ()
    """Of the events that were acknowledged, the first ones of those sent."""
    event_ids: tuple[str, ...] = ()
    """The API's ids for them."""
    send_ms: int = 0
    error: SendFailure | None = None
    """None when every event was accepted."""
