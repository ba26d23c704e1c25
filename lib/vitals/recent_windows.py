"""What became of the latest windows, from the dispatch ledger (design §5)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from lib.clock import iso
from lib.store.store import Connection

A_DAY: Final = "last_tick_at > everytick_now() - interval '1 day'"
LATEST: Final = """
SELECT dispatch_key, mode, reason, state, generation, ticks, recoveries, last_tick_at, error_class
FROM dispatches ORDER BY last_tick_at DESC LIMIT %s
"""
MODES: Final = f"SELECT mode, count(*) FROM dispatches WHERE {A_DAY} GROUP BY mode"  # noqa: S608 - our own constant
RECOVERIES: Final = f"SELECT coalesce(sum(recoveries), 0) FROM dispatches WHERE {A_DAY}"  # noqa: S608 - as above


@dataclass(frozen=True, slots=True, kw_only=True)
class RecentWindow:
    """One window in the ledger."""

    dispatch_key: str
    mode: str
    """Of its latest tick that decided anything."""
    reason: str
    state: str
    generation: int
    ticks: int
    """How many came within it."""
    recoveries: int
    """How many of them did what an earlier event had left undone."""
    last_tick_at: datetime
    error_class: str | None
    """Why its events were not all accepted."""

    def as_json(self) -> dict[str, Any]:
        """The public shape."""
        return {
            "dispatchKey": self.dispatch_key,
            "mode": self.mode,
            "reason": self.reason,
            "state": self.state,
            "generation": self.generation,
            "ticks": self.ticks,
            "recoveries": self.recoveries,
            "lastTickAt": iso(self.last_tick_at),
            "errorClass": self.error_class,
        }


def latest_windows(connection: Connection, limit: int) -> list[RecentWindow]:
    """The latest `limit` windows that had a tick, the newest first."""
    return [
        RecentWindow(
            dispatch_key=key,
            mode=mode,
            reason=reason,
            state=state,
            generation=generation,
            ticks=ticks,
            recoveries=recoveries,
            last_tick_at=last_tick_at,
            error_class=error_class,
        )
        for key, mode, reason, state, generation, ticks, recoveries, last_tick_at, error_class in (
            connection.execute(LATEST, (limit,))
        )
    ]


def windows_by_mode(connection: Connection) -> dict[str, int]:
    """How many windows of the last 24 hours took each mode; none where no window did."""
    return {str(mode): int(count) for mode, count in connection.execute(MODES)}


def recoveries_of_a_day(connection: Connection) -> int:
    """How many ticks of the last 24 hours did what an earlier event had left undone."""
    ((count,),) = connection.execute(RECOVERIES).fetchall()
    return int(count)
