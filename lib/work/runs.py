"""The record of runs: one row per (job name, run id), whatever started it (design §6, failures L1, L2)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from psycopg.types.json import Jsonb

from lib.status.run_status import JobName, RunSource, RunStatus
from lib.store.store import Connection

OPEN: Final = """
INSERT INTO runs AS held (job_name, run_id, source, dispatch_key, status, owner, attempt)
VALUES (%(job_name)s, %(run_id)s, %(source)s, %(dispatch_key)s, 'running', %(owner)s, %(attempt)s)
ON CONFLICT (job_name, run_id) DO UPDATE
SET beat_at = CASE WHEN held.status IN ('running', 'abandoned') THEN everytick_now() ELSE held.beat_at END,
    attempt = CASE WHEN held.status IN ('running', 'abandoned') THEN greatest(held.attempt, excluded.attempt)
        ELSE held.attempt END,
    retry_at = NULL
RETURNING started_at, attempt, everytick_now()
"""
"""A run that another call closed since its standing was read stays as it is."""
OWN: Final = """
UPDATE runs SET owner = %(owner)s
WHERE job_name = %(job_name)s AND run_id = %(run_id)s AND owner <> %(owner)s
  AND status IN ('running', 'abandoned')
"""
BEAT: Final = """
UPDATE runs SET beat_at = everytick_now()
WHERE job_name = %s AND run_id = %s AND status = 'running'
"""
NOTE_RETRY: Final = """
UPDATE runs SET beat_at = everytick_now(), retry_at = everytick_now() + %(seconds)s * interval '1 second'
WHERE job_name = %(job_name)s AND run_id = %(run_id)s AND status = 'running'
"""
CLOSE: Final = """
UPDATE runs
SET status = %(status)s, finished_at = greatest(everytick_now(), started_at), beat_at = everytick_now(),
    summary = %(summary)s, error = %(error)s, retry_at = NULL
WHERE job_name = %(job_name)s AND run_id = %(run_id)s AND owner = %(owner)s
  AND (status = 'running' OR (status = 'abandoned' AND %(status)s = 'succeeded'))
RETURNING finished_at
"""
FAIL: Final = """
INSERT INTO runs AS held (job_name, run_id, source, dispatch_key, status, owner, finished_at, error)
VALUES (%(job_name)s, %(run_id)s, %(source)s, %(dispatch_key)s, 'failed', %(owner)s, everytick_now(),
    %(error)s)
ON CONFLICT (job_name, run_id) DO UPDATE
SET status = 'failed', finished_at = greatest(everytick_now(), held.started_at), beat_at = everytick_now(),
    error = excluded.error, retry_at = NULL
WHERE held.status = 'running'
RETURNING started_at, finished_at, attempt
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunKey:
    """Which run, and who runs it."""

    job_name: JobName
    run_id: str
    source: RunSource
    dispatch_key: str | None
    """The tick's; None for work of no tick."""
    owner: str
    """Who may close it: the fencing token of whoever began to work on it last."""
    attempt: int = 0
    """Zero-based; the row keeps the highest seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedRun:
    """A run that has been opened."""

    started_at: datetime
    """Its first start by the database's clock, however often it is opened (failure L2)."""
    attempt: int
    """The highest that was seen."""
    now: datetime
    """When it was opened this time, by the database's clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedRun:
    """A run that has just been closed as failed."""

    started_at: datetime
    finished_at: datetime
    attempt: int


def open_run(connection: Connection, run: RunKey) -> OpenedRun:
    """Record that `run` runs; it belongs to whoever opened it first, until another calls `own_run`."""
    ((started_at, attempt, now),) = connection.execute(
        OPEN,
        {
            "job_name": run.job_name,
            "run_id": run.run_id,
            "source": run.source,
            "dispatch_key": run.dispatch_key,
            "owner": run.owner,
            "attempt": run.attempt,
        },
    ).fetchall()
    return OpenedRun(started_at=started_at, attempt=attempt, now=now)


def own_run(connection: Connection, run: RunKey) -> None:
    """Make `run` its owner's: whoever owned it before closes nothing any more."""
    connection.execute(OWN, {"job_name": run.job_name, "run_id": run.run_id, "owner": run.owner})


def note_retry(connection: Connection, run: RunKey, *, seconds: float) -> bool:
    """Note that the engine calls `run` again within `seconds`; False when it has been closed."""
    noted = connection.execute(
        NOTE_RETRY,
        {"job_name": run.job_name, "run_id": run.run_id, "seconds": seconds},
    )
    return noted.rowcount == 1


def fail_run(connection: Connection, run: RunKey, *, error: str) -> FailedRun | None:
    """Close `run` as failed, whoever owns it: the engine says that it will not call again.

    A run that never got as far as its row gets one. None when it was closed before.
    """
    row = connection.execute(
        FAIL,
        {
            "job_name": run.job_name,
            "run_id": run.run_id,
            "source": run.source,
            "dispatch_key": run.dispatch_key,
            "owner": run.owner,
            "error": error,
        },
    ).fetchone()
    return FailedRun(started_at=row[0], finished_at=row[1], attempt=row[2]) if row else None


def beat_run(connection: Connection, run: RunKey) -> bool:
    """Note that `run` is alive; False when it has been closed."""
    return connection.execute(BEAT, (run.job_name, run.run_id)).rowcount == 1


def close_run(
    connection: Connection,
    run: RunKey,
    *,
    status: RunStatus,
    summary: dict[str, Any] | None,
    error: str | None,
) -> datetime | None:
    """Close `run`; its end by the database's clock, or None when it was closed before.

    Where that clock went back since (another server took over), the run ends when it began. A final state
    does not change, except that the owner of an abandoned run may still succeed, once.
    """
    row = connection.execute(
        CLOSE,
        {
            "status": status,
            "summary": None if summary is None else Jsonb(summary),
            "error": error,
            "job_name": run.job_name,
            "run_id": run.run_id,
            "owner": run.owner,
        },
    ).fetchone()
    return row[0] if row else None
