"""The record of runs: one row per (job name, run id), whatever started it (design §6, failures L1, L2)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from psycopg.types.json import Jsonb

from lib.status.run_status import JobName, RunSource, RunStatus
from lib.store.store import Connection

OPEN: Final = """
INSERT INTO runs (job_name, run_id, source, dispatch_key, status, owner)
VALUES (%(job_name)s, %(run_id)s, %(source)s, %(dispatch_key)s, 'running', %(owner)s)
ON CONFLICT (job_name, run_id) DO UPDATE SET beat_at = everytick_now()
RETURNING started_at
"""
BEAT: Final = """
UPDATE runs SET beat_at = everytick_now()
WHERE job_name = %s AND run_id = %s AND status = 'running'
"""
CLOSE: Final = """
UPDATE runs
SET status = %(status)s, finished_at = greatest(everytick_now(), started_at), beat_at = everytick_now(),
    summary = %(summary)s, error = %(error)s, retry_at = NULL
WHERE job_name = %(job_name)s AND run_id = %(run_id)s AND owner = %(owner)s
  AND (status = 'running' OR (status = 'abandoned' AND %(status)s = 'succeeded'))
RETURNING finished_at
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
    """The instance that may close it."""


def open_run(connection: Connection, run: RunKey) -> datetime:
    """Record that `run` runs; its first start by the database's clock, however often it is opened."""
    ((started_at,),) = connection.execute(
        OPEN,
        {
            "job_name": run.job_name,
            "run_id": run.run_id,
            "source": run.source,
            "dispatch_key": run.dispatch_key,
            "owner": run.owner,
        },
    ).fetchall()
    started: datetime = started_at
    return started


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
