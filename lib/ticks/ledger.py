"""The dispatch ledger: one row per window, one line per responsibility (design §5)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from psycopg.types.json import Jsonb

from lib.store.store import Connection
from lib.ticks.decision import DispatchControl, TickDecision
from lib.ticks.window import Window
from lib.work.responsibilities import RESPONSIBILITIES

READ_CONTEXT: Final = """
SELECT everytick_now(), (
    SELECT value FROM controls
    WHERE name = 'dispatch.mode' AND (expires_at IS NULL OR expires_at > everytick_now())
)
"""
RECORD: Final = """
INSERT INTO dispatches AS held
    (dispatch_key, window_start, window_seconds, mode, reason, state, facts, correlation_id)
VALUES (%(key)s, %(start)s, %(seconds)s, %(mode)s, %(reason)s, 'inline', %(facts)s, %(correlation_id)s)
ON CONFLICT (dispatch_key) DO UPDATE
SET ticks = held.ticks + 1, last_tick_at = excluded.last_tick_at
"""
RECORD_LINES: Final = """
INSERT INTO dispatch_lines (dispatch_key, job_name, state)
SELECT %s, unnest(%s::text[]), 'inline' ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TickContext:
    """What a tick asks the database once, before it decides."""

    now: datetime
    """The shared clock."""
    control: DispatchControl


def read_context(connection: Connection) -> TickContext:
    """The shared clock and the controls, read once a tick (design §10)."""
    ((now, control),) = connection.execute(READ_CONTEXT).fetchall()
    return TickContext(now=now, control=DispatchControl(control or DispatchControl.AUTO))


def record_tick(
    connection: Connection, window: Window, decision: TickDecision, *, correlation_id: str
) -> None:
    """Record that a tick came in `window`, with its decision; a later tick of the window is counted."""
    key = window.dispatch_key
    connection.execute(
        RECORD,
        {
            "key": key,
            "start": window.start,
            "seconds": window.seconds,
            "mode": decision.mode,
            "reason": decision.reason,
            "facts": Jsonb(decision.facts.as_json()),
            "correlation_id": correlation_id,
        },
    )
    connection.execute(RECORD_LINES, (key, [r.job_name for r in RESPONSIBILITIES]))
