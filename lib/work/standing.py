"""How a durable run and its tick stand at a call of the engine: the facts, and what to do about them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from lib.status.run_status import JobName, RunStatus
from lib.store.store import Connection

STANDING: Final = """
SELECT everytick_now(), held.status, held.attempt, held.started_at, held.finished_at, held.summary,
    held.error, covering.run_id
FROM (VALUES (1)) AS one (row)
LEFT JOIN runs AS held ON held.job_name = %(job_name)s AND held.run_id = %(run_id)s
LEFT JOIN LATERAL (
    SELECT run_id FROM runs
    WHERE job_name = %(job_name)s AND status IN ('succeeded', 'degraded')
      AND started_at >= %(requested_at)s AND run_id <> %(run_id)s
    ORDER BY started_at DESC LIMIT 1
) AS covering ON true
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStanding:
    """How a durable run and its tick stand when the engine calls."""

    now: datetime
    """The shared clock."""
    status: RunStatus | None
    """Of its row; None when there is none yet, as the fields below."""
    attempt: int | None
    started_at: datetime | None
    finished_at: datetime | None
    summary: dict[str, Any] | None
    error: str | None
    covered_by: str | None
    """The run that covers its tick: one that started at or after it and has finished (design §1.2)."""


def read_standing(
    connection: Connection, job_name: JobName, run_id: str, *, requested_at: datetime | None
) -> RunStanding:
    """How the run and its tick stand; a tick of None (a manual call) is covered by nothing."""
    ((now, status, attempt, started_at, finished_at, summary, error, covered_by),) = connection.execute(
        STANDING, {"job_name": job_name, "run_id": run_id, "requested_at": requested_at}
    ).fetchall()
    return RunStanding(
        now=now,
        status=None if status is None else RunStatus(status),
        attempt=attempt,
        started_at=started_at,
        finished_at=finished_at,
        summary=summary,
        error=error,
        covered_by=covered_by,
    )


class RunVerdict(StrEnum):
    """What a call of the engine leads to."""

    WORK = "work"
    COVERED = "covered"
    """Its tick has been covered by another run: ends as superseded."""
    EXPIRED = "expired"
    """Its event is too old; later ticks did or do the work: ends as superseded."""
    CLOSED = "closed"
    """The run was closed before, as after a lost answer: what it said then is said again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunDecision:
    """The verdict, with the facts it rests on."""

    verdict: RunVerdict
    standing: RunStanding


def decide_run(
    standing: RunStanding,
    *,
    requested_at: datetime | None,
    forced: bool,
    begun: bool,
    max_age: timedelta,
) -> RunDecision:
    """Decide by design §6: a closed run stays closed; then covered, then expired, else it works.

    `requested_at` is the tick's instant, None for a manual call, which always works. `forced` (a dashboard's
    Replay) works in spite of age and of others' work. `begun` says that a step of the run has been done: it
    then goes on to its end. An abandoned run that wakes may still work and succeed, once.
    """
    if standing.status not in (None, RunStatus.RUNNING, RunStatus.ABANDONED):
        return RunDecision(verdict=RunVerdict.CLOSED, standing=standing)
    if requested_at is None or forced or begun:
        return RunDecision(verdict=RunVerdict.WORK, standing=standing)
    if standing.covered_by is not None:
        return RunDecision(verdict=RunVerdict.COVERED, standing=standing)
    if standing.now - requested_at > max_age:
        return RunDecision(verdict=RunVerdict.EXPIRED, standing=standing)
    return RunDecision(verdict=RunVerdict.WORK, standing=standing)
