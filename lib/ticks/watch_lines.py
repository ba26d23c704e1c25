"""The lines of earlier ticks: which are covered, which wait, which nobody executes (design §5)."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import structlog

from lib.log.events import LogEvent
from lib.status.run_status import JobName
from lib.store.store import Connection

AT_MOST: Final = 1_000
"""Lines of one responsibility that one tick looks at, the oldest first: more than any outage leaves open, for
the first inline tick covers them all."""
NAMED: Final = 5
"""Dispatch keys that a log line names."""
WATCH: Final = """
WITH overdue AS (
    SELECT dispatch_key, state, failure, dispatched_at FROM dispatch_lines
    WHERE job_name = %(job_name)s AND state IN ('dispatching', 'accepted', 'failed', 'unexecuted')
      AND (dispatched_at <= everytick_now() - %(grace)s OR failure = 'run_stuck')
    ORDER BY dispatched_at LIMIT %(at_most)s FOR UPDATE SKIP LOCKED
), alive AS (
    -- The engine's latest sign of life. A run that came so late that it did nothing is none, or an engine
    -- that is always too late would pass for one with a backlog; nor is one that found its tick covered by
    -- our own inline work.
    SELECT max(sign.beat_at) AS at FROM runs AS sign
    WHERE sign.job_name = %(job_name)s AND sign.source IN ('inngest', 'manual')
      AND sign.beat_at >= (SELECT min(dispatched_at) FROM overdue)
      AND (sign.status <> 'superseded' OR (
          SELECT worked.source IN ('inngest', 'manual') FROM runs AS worked
          WHERE worked.job_name = sign.job_name AND worked.run_id = sign.summary ->> 'coveredBy'))
), judged AS (
    SELECT overdue.*, covering.run_id AS covered_by,
        CASE WHEN covering.run_id IS NOT NULL THEN 'covered'
            WHEN overdue.failure = 'run_stuck' THEN 'stuck'
            WHEN alive.at >= overdue.dispatched_at
                AND overdue.dispatched_at > everytick_now() - %(max_age)s THEN 'waiting'
            ELSE 'unexecuted' END AS verdict
    FROM overdue CROSS JOIN alive LEFT JOIN LATERAL (
        SELECT run_id FROM runs
        WHERE job_name = %(job_name)s AND status IN ('succeeded', 'degraded')
          AND started_at >= overdue.dispatched_at
        ORDER BY started_at LIMIT 1
    ) AS covering ON true
), changed AS (
    UPDATE dispatch_lines AS line
    SET state = judged.verdict,
        covered_at = CASE judged.verdict WHEN 'covered' THEN everytick_now() END,
        covered_by = judged.covered_by,
        failed_at = CASE WHEN judged.verdict = 'unexecuted' THEN coalesce(line.failed_at, everytick_now())
            ELSE line.failed_at END,
        failure = CASE WHEN judged.verdict = 'unexecuted' THEN coalesce(line.failure, 'unexecuted')
            ELSE line.failure END
    FROM judged
    WHERE line.dispatch_key = judged.dispatch_key AND line.job_name = %(job_name)s
      AND judged.verdict IN ('covered', 'unexecuted') AND line.state <> judged.verdict
    RETURNING line.dispatch_key, judged.verdict
)
SELECT count(*) FILTER (WHERE verdict = 'unexecuted'), count(*) FILTER (WHERE verdict = 'stuck'),
    count(*) FILTER (WHERE verdict = 'waiting'),
    (SELECT array_agg(dispatch_key ORDER BY dispatch_key) FROM changed WHERE verdict = 'unexecuted')
FROM judged
"""
UNHEARD: Final = """
WITH unheard AS (
    -- Inline work covered them, of the windows beside the canary or of a recovery: nothing is left to do, and
    -- nothing is said for the engine either. As above, but without a run of its own.
    SELECT line.dispatch_key FROM dispatch_lines AS line JOIN dispatches USING (dispatch_key)
    WHERE line.job_name = %(job_name)s AND line.state = 'covered' AND line.event_id IS NOT NULL
      AND line.run_id IS NULL AND line.failed_at IS NULL AND dispatches.state = 'accepted'
      AND line.dispatched_at <= everytick_now() - %(grace)s
      AND line.dispatched_at > everytick_now() - %(grace)s - %(max_age)s
      AND NOT EXISTS (
          SELECT FROM runs AS sign
          WHERE sign.job_name = line.job_name AND sign.source IN ('inngest', 'manual')
            AND sign.beat_at >= line.dispatched_at AND sign.status <> 'superseded')
    ORDER BY line.dispatched_at LIMIT %(at_most)s FOR UPDATE OF line SKIP LOCKED
)
UPDATE dispatch_lines AS line SET failed_at = everytick_now(), failure = 'unexecuted'
FROM unheard WHERE line.dispatch_key = unheard.dispatch_key AND line.job_name = %(job_name)s
RETURNING line.dispatch_key
"""
LOST: Final = """
UPDATE dispatches
SET state = 'failed', holder = NULL, holder_expires_at = NULL, error_class = 'sender_lost',
    error = 'Whoever sent these events fell silent before it wrote down what came of it.'
WHERE state = 'dispatching' AND holder_expires_at < everytick_now() - %s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineWatch:
    """What became of one responsibility's lines that are older than the grace."""

    unexecuted: int = 0
    """Nobody has covered them and nobody will: no sign of life since, or their event is too old."""
    stuck: int = 0
    """Nobody has covered them, and their own run fell silent."""
    waiting: int = 0
    """Nobody has covered them yet, and their function is at work: a backlog."""
    marked: tuple[str, ...] = ()
    """The dispatch keys of those that this look found unexecuted first, those that are covered included."""

    @property
    def to_recover(self) -> int:
        """Lines whose work is to be done inline now."""
        return self.unexecuted + self.stuck


def watch_lines(
    connection: Connection, job_name: JobName, *, grace: timedelta, max_age: timedelta
) -> LineWatch:
    """Judge the open lines of `job_name` that are older than `grace`; each by itself, by what covers it.

    One older than `max_age` waits no longer, whatever its function does: its event would be a no-op by now.

    Marks those that are covered and those that are unexecuted. One that inline work covered, and after which
    the engine was not heard, counts against it all the same: else no canary would see that it is dead.
    """
    asked = {"job_name": job_name, "grace": grace, "max_age": max_age, "at_most": AT_MOST}
    ((unexecuted, stuck, waiting, marked),) = connection.execute(WATCH, asked).fetchall()
    unheard = sorted(key for (key,) in connection.execute(UNHEARD, asked))
    return LineWatch(unexecuted=unexecuted, stuck=stuck, waiting=waiting, marked=(*(marked or ()), *unheard))


def tell_lines(job_name: JobName, found: LineWatch) -> None:
    """Log what a look found; a line that is unexecuted once."""
    if found.marked:
        structlog.get_logger().error(
            LogEvent.LINE_UNEXECUTED,
            job_name=job_name,
            lines=len(found.marked),
            dispatch_keys=found.marked[:NAMED],
        )
    if found.waiting:
        structlog.get_logger().warning(LogEvent.LINE_WAITING, job_name=job_name, lines=found.waiting)


def settle_lost_dispatches(connection: Connection, grace: timedelta) -> None:
    """Close the dispatches whose sender fell silent longer than `grace` ago.

    Their lines are watched all the same.
    """
    connection.execute(LOST, (grace,))
