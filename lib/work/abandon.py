"""Runs that fell silent are closed from outside: nobody else would (design §5, failure D4).

Inngest tells nobody of a run that it cancelled, and a killed process tells nobody at all.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import structlog

from lib.log.events import LogEvent
from lib.services import Services
from lib.status.run_status import JobName, RunSource
from lib.status.silence import SILENT
from lib.store.store import Connection
from lib.work.lines import LineFailure, fail_line
from lib.work.record import RunRecord
from lib.work.runs import OpenedRun, RunKey

AT_MOST: Final = 25
"""Runs that one tick closes; the oldest first."""
BLOB_ERROR: Final = "abandoned"
"""What the status blob says (design §6)."""
ABANDON: Final = f"""
WITH silent AS (
    SELECT job_name, run_id FROM runs WHERE {SILENT}
    ORDER BY beat_at LIMIT %(at_most)s FOR UPDATE SKIP LOCKED
)
UPDATE runs
SET status = 'abandoned', finished_at = greatest(everytick_now(), runs.started_at), retry_at = NULL,
    error = 'Fell silent: no sign of life for ' || %(stuck_seconds)s || ' s.'
FROM silent WHERE runs.job_name = silent.job_name AND runs.run_id = silent.run_id
RETURNING runs.job_name, runs.run_id, runs.source, runs.dispatch_key, runs.owner, runs.attempt,
    runs.started_at, runs.finished_at
"""  # noqa: S608 - a constant of ours
"""`beat_at` stays what it was: closing a run from outside is no sign of its life."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AbandonedRun:
    """A run that was closed from outside."""

    record: RunRecord
    finished_at: datetime

    def tell(self) -> None:
        """Log it and write its blob; to be done when its row is committed."""
        run = self.record.run
        structlog.get_logger().error(
            LogEvent.RUN_ABANDONED, job_name=run.job_name, run_id=run.run_id, source=run.source
        )
        self.record.show_failed(BLOB_ERROR, self.finished_at)


def abandon_silent_runs(connection: Connection, services: Services) -> list[AbandonedRun]:
    """Close the runs that fell silent as abandoned, and their lines as failed.

    A run that wakes may still succeed, once, if nobody took it over.
    """
    closed = []
    found = connection.execute(
        ABANDON,
        {"stuck_seconds": services.settings.background_jobs_stuck_run_seconds, "at_most": AT_MOST},
    )
    for job_name, run_id, source, dispatch_key, owner, attempt, *instants in found.fetchall():
        started_at, finished_at = instants
        run = RunKey(
            job_name=JobName(job_name),
            run_id=run_id,
            source=RunSource(source),
            dispatch_key=dispatch_key,
            owner=owner,
            attempt=attempt,
        )
        if run.source is RunSource.INNGEST:
            fail_line(connection, run, LineFailure.RUN_STUCK)
        opened = OpenedRun(started_at=started_at, attempt=attempt, now=finished_at)
        record = RunRecord.of(services, run, opened)
        closed.append(AbandonedRun(record=record, finished_at=finished_at))
    return closed
