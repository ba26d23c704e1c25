"""Events: what the event API takes, and what functions get."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from dev.engine import strict_json
from dev.engine.errors import BadEvent

EVENT_BYTES_MAX: Final = 512 * 1024
NAME_MAX: Final = 512
EVENTS_MAX: Final = 5000
"""In one request to the event API."""
FIELDS: Final = frozenset({"name", "data", "id", "ts", "user", "v"})


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineEvent:
    """An event that was accepted."""

    internal_id: str
    """The engine's own, which the event API answers."""
    given_id: str | None
    """The sender's, by which starts are deduplicated; None: the internal one serves."""
    name: str
    data: Mapping[str, Any]
    ts: int
    """Milliseconds since the epoch; later than now delays the runs."""
    user: Mapping[str, Any]

    @property
    def id(self) -> str:
        """The id by which functions know it."""
        return self.given_id or self.internal_id

    def wire(self) -> dict[str, Any]:
        """As requests carry it."""
        return {**self.bare(), "user": strict_json.copy(self.user)}

    def bare(self) -> dict[str, Any]:
        """As the list inside a failure event carries it: without the user (recorded)."""
        return {"data": strict_json.copy(self.data), "id": self.id, "name": self.name, "ts": self.ts}


def accept_event(raw: object, *, internal_id: str, now: int) -> EngineEvent:
    """The event in `raw`, as the event API takes it. `now` is in milliseconds and stands in for no `ts`.

    Raises:
        BadEvent: the event API would refuse it.

    """
    try:
        text = strict_json.dumps(raw)
    except (TypeError, ValueError) as problem:
        raise BadEvent(f"not JSON: {problem}") from problem
    if len(text) > EVENT_BYTES_MAX:
        raise BadEvent(f"{len(text)} bytes are more than {EVENT_BYTES_MAX}")
    event = strict_json.loads(text)
    if not isinstance(event, dict) or not event.keys() <= FIELDS:
        raise BadEvent(f"not an object of {', '.join(sorted(FIELDS))}")
    name, given_id, ts = event.get("name"), event.get("id"), event.get("ts")
    data, user = event.get("data") or {}, event.get("user") or {}
    if not isinstance(name, str) or not 0 < len(name) <= NAME_MAX:
        raise BadEvent(f"no name of 1 to {NAME_MAX} characters")
    if not isinstance(data, dict) or not isinstance(user, dict):
        raise BadEvent("data and user are objects")
    if not (given_id is None or isinstance(given_id, str)) or not (ts is None or type(ts) is int):
        raise BadEvent("id is text and ts is milliseconds")
    return EngineEvent(
        internal_id=internal_id, given_id=given_id or None, name=name, data=data, ts=ts or now, user=user
    )
