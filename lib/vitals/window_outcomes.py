"""What became of each of the latest windows, in one word (design §5)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from lib.store.store import Connection

READ: Final = """
SELECT dispatches.window_start,
    CASE
        WHEN bool_or(line.event_id IS NOT NULL AND line.failed_at IS NOT NULL) THEN 'failed'
        WHEN NOT bool_or(line.event_id IS NOT NULL) THEN 'inline'
        WHEN bool_and(line.executed_at IS NOT NULL) FILTER (WHERE line.event_id IS NOT NULL) THEN 'executed'
        WHEN bool_or(line.event_id IS NOT NULL AND line.executed_at IS NULL AND line.state = 'covered')
            THEN 'late'
        ELSE 'open'
    END
FROM dispatches JOIN dispatch_lines AS line USING (dispatch_key)
WHERE dispatches.window_seconds = %(seconds)s
  AND dispatches.last_tick_at > everytick_now() - %(windows)s * %(seconds)s * interval '1 second'
GROUP BY dispatches.dispatch_key ORDER BY dispatches.window_start
"""


class WindowOutcome(StrEnum):
    """How a window's work was done."""

    EXECUTED = "executed"
    """All that was sent was executed."""
    OPEN = "open"
    """Sent, and nobody knows yet."""
    LATE = "late"
    """Sent, and done by others before its run came."""
    FAILED = "failed"
    """Sent, and not executed; done inline, or about to be."""
    INLINE = "inline"
    """Nothing was sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowMark:
    """One window that had a tick."""

    start: datetime
    outcome: WindowOutcome


def window_outcomes(connection: Connection, *, windows: int, seconds: int) -> list[WindowMark]:
    """Those of the latest `windows` windows of `seconds` that had a tick, the oldest first."""
    rows = connection.execute(READ, {"windows": windows, "seconds": seconds})
    return [WindowMark(start=start, outcome=WindowOutcome(outcome)) for start, outcome in rows]
