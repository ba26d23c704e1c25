"""The dispatch ledger's lines as runs change them; ticks write them in lib/ticks/ledger.py.

The ledger is no single point of failure (design §5): what it does not take is logged, and the transaction
around it goes on.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, LiteralString

import psycopg
import structlog

from lib.log.events import LogEvent
from lib.status.run_status import JobName
from lib.store.store import Connection
from lib.work.call import RunCall
from lib.work.runs import RunKey

NOTE: Final = """
WITH untracked AS (
    INSERT INTO dispatches
        (dispatch_key, window_start, window_seconds, mode, reason, state, correlation_id, generation)
    VALUES (%(key)s, %(window_start)s, %(window_seconds)s, 'untracked', 'untracked', 'accepted',
        %(correlation_id)s, %(generation)s)
    ON CONFLICT DO NOTHING
)
INSERT INTO dispatch_lines AS held
    (dispatch_key, job_name, generation, event_id, state, run_id, dispatched_at)
VALUES (%(key)s, %(job_name)s, %(generation)s, %(event_id)s, 'accepted', %(run_id)s, %(requested_at)s)
ON CONFLICT (dispatch_key, job_name) DO UPDATE SET run_id = excluded.run_id
WHERE held.generation <= excluded.generation AND held.run_id IS DISTINCT FROM excluded.run_id
"""
COVER: Final = """
WITH open AS (
    SELECT dispatch_key FROM dispatch_lines
    WHERE job_name = %(job_name)s AND state IN ('dispatching', 'accepted', 'failed', 'unexecuted')
      AND dispatched_at <= %(started_at)s
    FOR UPDATE SKIP LOCKED
)
UPDATE dispatch_lines AS line SET state = 'covered', covered_at = everytick_now(), covered_by = %(run_id)s
FROM open WHERE line.dispatch_key = open.dispatch_key AND line.job_name = %(job_name)s
"""
EXECUTED: Final = """
UPDATE dispatch_lines SET executed_at = everytick_now()
WHERE dispatch_key = %(key)s AND job_name = %(job_name)s AND run_id = %(run_id)s AND executed_at IS NULL
  AND (%(within)s::interval IS NULL OR dispatched_at >= everytick_now() - %(within)s::interval)
"""
COVER_ONE: Final = """
UPDATE dispatch_lines
SET state = 'covered', covered_at = everytick_now(), covered_by = %(covered_by)s
WHERE dispatch_key = %(key)s AND job_name = %(job_name)s AND run_id = %(run_id)s
  AND state IN ('dispatching', 'accepted', 'failed', 'unexecuted')
"""
FAIL: Final = """
UPDATE dispatch_lines
SET state = CASE WHEN state = 'covered' THEN state ELSE 'failed' END,
    failed_at = coalesce(failed_at, everytick_now()), failure = %(failure)s
WHERE dispatch_key = %(key)s AND job_name = %(job_name)s AND run_id = %(run_id)s AND executed_at IS NULL
"""


class LineFailure(StrEnum):
    """How a line was left undone by its own run; the stored strings, beside those that a tick writes."""

    RUN_FAILED = "run_failed"
    """The engine gave the run up."""
    RUN_STUCK = "run_stuck"
    """The run fell silent."""


def note_run(connection: Connection, job_name: JobName, call: RunCall) -> None:
    """Put the run on its tick's line, unless a re-dispatch has the line by now.

    A line that the tick could not write is written here (design §6).
    """
    tick = call.tick
    if tick is None:
        return
    parameters = {
        "key": tick.dispatch_key,
        "window_start": tick.window_start,
        "window_seconds": tick.window_seconds,
        "correlation_id": tick.correlation_id or "unknown",
        "generation": tick.generation,
        "job_name": job_name,
        "event_id": tick.event_id,
        "run_id": call.run_id,
        "requested_at": tick.requested_at,
    }
    _write(connection, NOTE, parameters)


def cover_lines(connection: Connection, run: RunKey, *, started_at: datetime) -> int:
    """Mark the lines that the finished `run`, which began at `started_at`, covers; how many.

    A line that somebody else is writing at this moment is left to the next run, or to the watchdog.
    """
    return _write(
        connection, COVER, {"job_name": run.job_name, "started_at": started_at, "run_id": run.run_id}
    )


def execute_line(connection: Connection, run: RunKey, *, within: timedelta | None = None) -> None:
    """Mark the line as executed by its own run; with `within`, only if it was dispatched no longer ago.

    A run that worked shows that the engine executes. One that found its tick covered shows it only if it was
    in time: an engine that is always too late finds nothing to do, for the work was recovered before.
    """
    _write(
        connection,
        EXECUTED,
        {"key": run.dispatch_key, "job_name": run.job_name, "run_id": run.run_id, "within": within},
    )


def cover_line(connection: Connection, run: RunKey, *, covered_by: str | None) -> None:
    """Mark the line whose run found its tick covered by the run `covered_by`."""
    _write(
        connection,
        COVER_ONE,
        {
            "key": run.dispatch_key,
            "job_name": run.job_name,
            "run_id": run.run_id,
            "covered_by": covered_by,
        },
    )


def fail_line(connection: Connection, run: RunKey, failure: LineFailure) -> None:
    """Mark the line whose own run ended badly, whether another covers it or not; an executed one stays."""
    _write(
        connection,
        FAIL,
        {"key": run.dispatch_key, "job_name": run.job_name, "run_id": run.run_id, "failure": failure},
    )


def _write(
    connection: Connection, statement: LiteralString, parameters: Mapping[str, object] | Sequence[object]
) -> int:
    """Run `statement` within a savepoint, undone alone where the ledger refuses it; the lines it changed."""
    try:
        with connection.transaction():
            return connection.execute(statement, parameters).rowcount
    except psycopg.Error as error:
        if connection.closed:
            raise
        structlog.get_logger().error(
            LogEvent.TICK_UNTRACKED, error_class=type(error).__name__, exc_info=error
        )
        return 0
