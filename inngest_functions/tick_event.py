"""The engine's call, read: the event's data at the edge, the run's call for lib/work."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final

import inngest
import structlog
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from lib.log.events import LogEvent
from lib.work.call import RunCall, TickReference

GENERATION: Final = re.compile(r":g[1-9][0-9]{0,8}$")
"""What a re-dispatch appends to the key in its events (design §5)."""
CUT_OFF: Final = timedelta(milliseconds=1)
"""Events carry whole milliseconds, cut off: a run that began in the same one may precede its tick."""

Word = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
"""A text that the ledger takes."""
Instant = Annotated[
    AwareDatetime, Field(ge=datetime(2000, 1, 1, tzinfo=UTC), lt=datetime(3000, 1, 1, tzinfo=UTC))
]
"""A time that may be added to, and that PostgreSQL gives back."""


class TickEventData(BaseModel):
    """What a tick's event says (design §6); unknown fields are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_camel)

    dispatch_key: Word
    requested_at: Instant
    """Where the data has none, the event's own time."""
    generation: int = Field(default=0, ge=0, le=999_999_999)
    event_id: Word | None
    """The event's own."""
    correlation_id: Word | None = None
    window_start: Instant | None = None
    window_seconds: int | None = Field(default=None, gt=0, le=86_400)


def read_call(run_id: str, attempt: int, event: inngest.Event) -> RunCall:
    """The call for run `run_id`, started by `event`.

    An event that names no dispatch key, or one that cannot be read, is no tick's: its run works untracked. In
    doubt the work is done, since it is idempotent.
    """
    return RunCall(run_id=run_id, attempt=attempt, tick=_tick(event), forced=event.data.get("force") is True)


def failed_call(data: Mapping[str, Any]) -> RunCall:
    """The call that the data of an `inngest/function.failed` event speaks of (inngest-wire §7).

    Raises KeyError, ValidationError when the engine sent something else.
    """
    event = inngest.Event.model_validate(data["event"])
    return read_call(str(data["run_id"]), 0, event)


def _tick(event: inngest.Event) -> TickReference | None:
    if "dispatchKey" not in event.data:
        return None
    told = {**event.data, "eventId": event.id or None}
    if told.get("requestedAt") is None:
        told["requestedAt"] = event.ts
    try:
        data = TickEventData.model_validate(told)
    except ValidationError as error:
        fields = sorted({str(item["loc"][0]) for item in error.errors(include_input=False)})
        structlog.get_logger().warning(LogEvent.EVENT_UNREADABLE, event_name=event.name, fields=fields)
        return None
    return TickReference(
        dispatch_key=GENERATION.sub("", data.dispatch_key),
        generation=data.generation,
        event_id=data.event_id,
        requested_at=data.requested_at + CUT_OFF,
        correlation_id=data.correlation_id,
        window_start=data.window_start,
        window_seconds=data.window_seconds,
    )
