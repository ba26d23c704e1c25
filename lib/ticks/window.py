"""A tick's window, and the key that names it (design §5)."""

from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A span of `seconds` on the shared clock; ticks within it are one dispatch."""

    start: datetime
    """Timezone-aware, a whole multiple of `seconds` since the epoch."""
    seconds: int

    @property
    def dispatch_key(self) -> str:
        """The window's key, for instance `background-jobs:v1:60:2026-11-23T19:50:00Z`."""
        start = self.start.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return f"background-jobs:v1:{self.seconds}:{start}"


def window_at(instant: datetime, seconds: int) -> Window:
    """The window of `seconds` that `instant` (timezone-aware) falls into: `floor(instant / seconds)`."""
    if instant.tzinfo is None:
        raise ValueError("a naive datetime has no place here")
    index = int(instant.timestamp() // seconds)
    return Window(start=datetime.fromtimestamp(index * seconds, UTC), seconds=seconds)
