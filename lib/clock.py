"""The instance's own clock, and deadlines measured by it.

What instances share goes by the database's clock (`everytick_now()`, design §1.4), never by this one.
"""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What code may ask about time; passed in, so that tests decide it."""

    def now(self) -> datetime:
        """The instant, timezone-aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds since an arbitrary point; never goes back."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The instant, timezone-aware, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds since an arbitrary point; never goes back."""
        return time.monotonic()


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """A point on one clock's monotonic time that work must not pass."""

    clock: Clock
    at: float
    """Seconds on `clock.monotonic()`."""

    @classmethod
    def after_ms(cls, clock: Clock, milliseconds: float) -> "Deadline":
        """The deadline `milliseconds` from now."""
        return cls(clock=clock, at=clock.monotonic() + milliseconds / 1000)

    def remaining_ms(self) -> float:
        """Milliseconds left; 0 when it has passed."""
        return max(0.0, (self.at - self.clock.monotonic()) * 1000)

    @property
    def passed(self) -> bool:
        """Whether nothing is left."""
        return self.remaining_ms() <= 0

    def earlier_by_ms(self, milliseconds: float) -> "Deadline":
        """The same deadline, `milliseconds` sooner: what keeps a reserve."""
        return Deadline(clock=self.clock, at=self.at - milliseconds / 1000)

    def at_most_ms(self, milliseconds: float) -> "Deadline":
        """The sooner of this deadline and `milliseconds` from now."""
        return Deadline(clock=self.clock, at=min(self.at, self.clock.monotonic() + milliseconds / 1000))


def iso(instant: datetime) -> str:
    """`instant` as the contracts write it: UTC, milliseconds, `Z`. Naive datetimes are refused."""
    if instant.tzinfo is None:
        raise ValueError("a naive datetime has no place here")
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
