"""The dispatch ledger: one row per window, one line per responsibility (design §5)."""

from dataclasses import replace
from typing import Final

from psycopg.types.json import Jsonb

from lib.store.store import Connection
from lib.ticks.decision import TickDecision
from lib.ticks.events import Dispatch, tick_events
from lib.ticks.sent import Sent
from lib.ticks.window import Window
from lib.work.responsibilities import RESPONSIBILITIES

BEGIN: Final = """
INSERT INTO dispatches AS held (dispatch_key, window_start, window_seconds, mode, reason, state, facts,
    correlation_id, recoveries, holder, holder_expires_at)
VALUES (%(key)s, %(start)s, %(seconds)s, %(mode)s, %(reason)s, 'dispatching', %(facts)s,
    %(correlation_id)s, %(recoveries)s, %(holder)s, everytick_now() + %(hold_ms)s * interval '1 ms')
ON CONFLICT (dispatch_key) DO UPDATE
SET ticks = held.ticks + 1, last_tick_at = excluded.last_tick_at,
    mode = excluded.mode, reason = excluded.reason, state = excluded.state, facts = excluded.facts,
    correlation_id = excluded.correlation_id, recoveries = held.recoveries + excluded.recoveries,
    generation = held.generation + (held.state <> 'inline')::integer,
    holder = excluded.holder, holder_expires_at = excluded.holder_expires_at,
    send_ms = NULL, error_class = NULL, error = NULL
WHERE held.state IN ('failed', 'inline')
   OR (held.state = 'dispatching' AND held.holder_expires_at <= everytick_now())
RETURNING generation
"""
BEGIN_LINES: Final = """
INSERT INTO dispatch_lines (dispatch_key, job_name, generation, event_id, state)
SELECT %(key)s, job_name, %(generation)s, event_id, 'dispatching'
FROM unnest(%(job_names)s::text[], %(event_ids)s::text[]) AS line (job_name, event_id)
ON CONFLICT (dispatch_key, job_name) DO UPDATE
SET generation = excluded.generation, event_id = excluded.event_id, state = excluded.state,
    run_id = NULL, dispatched_at = excluded.dispatched_at, covered_at = NULL, covered_by = NULL,
    executed_at = NULL, failed_at = NULL, failure = NULL
"""
COUNT: Final = """
UPDATE dispatches
SET ticks = ticks + 1, last_tick_at = everytick_now(), recoveries = recoveries + %(recoveries)s
WHERE dispatch_key = %(key)s
"""
SETTLE: Final = """
UPDATE dispatches
SET state = %(state)s, mode = %(mode)s, reason = %(reason)s, holder = NULL, holder_expires_at = NULL,
    send_ms = %(send_ms)s, error_class = %(error_class)s, error = %(error)s
WHERE dispatch_key = %(key)s AND generation = %(generation)s AND holder = %(holder)s
"""
"""Nobody else's: a takeover is another generation, and what is settled has no holder."""
SETTLE_LINES: Final = """
UPDATE dispatch_lines
SET state = CASE WHEN job_name = ANY(%(accepted)s::text[]) THEN 'accepted' ELSE 'failed' END,
    failed_at = CASE WHEN job_name = ANY(%(accepted)s::text[]) THEN NULL ELSE everytick_now() END,
    failure = CASE WHEN job_name = ANY(%(accepted)s::text[]) THEN NULL ELSE 'send_failed' END
WHERE dispatch_key = %(key)s AND generation = %(generation)s AND state = 'dispatching'
"""
"""A line that a run has covered meanwhile stays covered: the engine can be faster than we are."""
IS_DISPATCHED: Final = """
SELECT EXISTS (
    SELECT FROM dispatches WHERE dispatch_key = %s
    AND (state = 'accepted' OR (state = 'dispatching' AND holder_expires_at > everytick_now()))
)
"""
RECORD: Final = """
INSERT INTO dispatches AS held
    (dispatch_key, window_start, window_seconds, mode, reason, state, facts, correlation_id, recoveries)
VALUES (%(key)s, %(start)s, %(seconds)s, %(mode)s, %(reason)s, 'inline', %(facts)s, %(correlation_id)s,
    %(recoveries)s)
ON CONFLICT (dispatch_key) DO UPDATE
SET ticks = held.ticks + 1, last_tick_at = excluded.last_tick_at,
    recoveries = held.recoveries + excluded.recoveries
"""
RECORD_LINES: Final = """
INSERT INTO dispatch_lines (dispatch_key, job_name, state)
SELECT %s, unnest(%s::text[]), 'inline' ON CONFLICT DO NOTHING
"""


def record_tick(
    connection: Connection, window: Window, decision: TickDecision, *, correlation_id: str
) -> None:
    """Record that a tick came in `window` that sends nothing; a later tick of the window is counted."""
    connection.execute(RECORD, _row(window, decision, correlation_id))
    _record_lines(connection, window)


def begin_dispatch(
    connection: Connection, dispatch: Dispatch, decision: TickDecision, *, holder: str, hold_ms: int
) -> Dispatch | None:
    """Take the window for `holder`: `dispatch` in its generation; None when it is dispatched already.

    One compare-and-set decides: a window that nobody had, one that was only worked inline, one whose sending
    failed, or whose sender was not heard of for `hold_ms`. What may have been sent before gets a new
    generation.
    """
    row = _row(dispatch.window, decision, dispatch.correlation_id)
    taken = connection.execute(BEGIN, {**row, "holder": holder, "hold_ms": hold_ms}).fetchone()
    if taken is None:
        return None
    begun = replace(dispatch, generation=taken[0])
    connection.execute(
        BEGIN_LINES,
        {
            "key": dispatch.window.dispatch_key,
            "generation": begun.generation,
            "job_names": [r.job_name for r in begun.responsibilities],
            "event_ids": [event.id for event in tick_events(begun)],
        },
    )
    _record_lines(connection, dispatch.window)
    return begun


def count_tick(connection: Connection, window: Window, decision: TickDecision) -> None:
    """Count a tick of a window that another has dispatched."""
    connection.execute(COUNT, {"key": window.dispatch_key, "recoveries": int(bool(decision.recover))})


def settle_dispatch(
    connection: Connection, dispatch: Dispatch, decision: TickDecision, sent: Sent, *, holder: str
) -> bool:
    """Record how sending went; False when the window was taken from `holder` meanwhile.

    `decision` is what the tick does next.
    """
    key = {"key": dispatch.window.dispatch_key, "generation": dispatch.generation}
    settled = connection.execute(
        SETTLE,
        {
            **key,
            "holder": holder,
            "state": "failed" if sent.error else "accepted",
            "mode": decision.mode,
            "reason": decision.reason,
            "send_ms": sent.send_ms,
            "error_class": sent.error.error_class if sent.error else None,
            "error": sent.error.message if sent.error else None,
        },
    )
    if settled.rowcount == 0:
        return False
    accepted = [r.job_name for r in dispatch.responsibilities[: len(sent.event_ids)]]
    connection.execute(SETTLE_LINES, {**key, "accepted": accepted})
    return True


def is_dispatched(connection: Connection, window: Window) -> bool:
    """Whether a tick that may send would find `window` dispatched."""
    ((dispatched,),) = connection.execute(IS_DISPATCHED, (window.dispatch_key,)).fetchall()
    return bool(dispatched)


def _record_lines(connection: Connection, window: Window) -> None:
    """A line for each responsibility that has none: it is done inline."""
    connection.execute(RECORD_LINES, (window.dispatch_key, [r.job_name for r in RESPONSIBILITIES]))


def _row(window: Window, decision: TickDecision, correlation_id: str) -> dict[str, object]:
    return {
        "key": window.dispatch_key,
        "start": window.start,
        "seconds": window.seconds,
        "mode": decision.mode,
        "reason": decision.reason,
        "facts": Jsonb(decision.facts.as_json()),
        "correlation_id": correlation_id,
        "recoveries": int(bool(decision.recover)),
    }
