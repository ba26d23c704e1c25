"""Whether ticks come: the platform neither retries nor tells (design §8).

Every tick that finds the database leaves its mark in `dispatches`, whatever its mode, `flask tick` included.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from lib.store.store import Connection

MISSING_AFTER_WINDOWS: Final = 3
"""Windows without a tick that are an alarm. A platform may skip one and a deploy another; three in a row are
no accident, and one window of lateness included it is told after four minutes."""
READ: Final = """
WITH seen AS (SELECT last_tick_at FROM dispatches ORDER BY last_tick_at DESC LIMIT 2)
SELECT max(last_tick_at),
    extract(epoch FROM everytick_now()
        - coalesce(max(last_tick_at), (SELECT stamped_at FROM environment_stamp)))::float,
    extract(epoch FROM max(last_tick_at) - min(last_tick_at))::float
FROM seen
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TickArrivals:
    """When the latest tick came, by the database's clock."""

    last_tick_at: datetime | None
    """None when none ever came."""
    silent_seconds: float
    """Since the latest tick; since the database was stamped when none ever came."""
    gap_seconds: float
    """Between the latest tick and the one before it, of another window; 0 where there is none."""
    window_seconds: int

    @property
    def missing(self) -> int:
        """How many windows have passed without a tick until now; a tick may be late by one window."""
        return self._windows(self.silent_seconds)

    @property
    def missed(self) -> int:
        """The same, also for the gap that the latest tick ended: what a run that it started can tell."""
        return max(self.missing, self._windows(self.gap_seconds))

    @property
    def are_missing(self) -> bool:
        """Whether that is an alarm; only production has a cron that should call."""
        return self.missing >= MISSING_AFTER_WINDOWS

    def _windows(self, seconds: float) -> int:
        return max(0, int(seconds / self.window_seconds) - 1)


def tick_arrivals(connection: Connection, window_seconds: int) -> TickArrivals:
    """Look when ticks came; windows are `window_seconds` long."""
    ((last, silent, gap),) = connection.execute(READ).fetchall()
    return TickArrivals(
        last_tick_at=last,
        silent_seconds=max(0.0, silent or 0.0),
        gap_seconds=gap or 0.0,
        window_seconds=window_seconds,
    )
