"""Leases: beginning under one, extending it, and ending those that ran out."""

from collections.abc import Collection
from typing import Final

import structlog

from lib.jobs.job import ClaimedJob, JobStatus
from lib.jobs.retry import RetryReason, decide_expiry
from lib.jobs.settle import Settled, Settlement, settle
from lib.log.events import LogEvent
from lib.store.store import Connection

RELEASE_BATCH: Final = 500

BEGIN: Final = """
UPDATE jobs SET started_at = everytick_now(),
    lease_expires_at = everytick_now() + %(lease_ms)s * interval '1 millisecond'
WHERE id = ANY(%(ids)s) AND status = 'running' AND lease_token = ANY(%(tokens)s)
RETURNING id
"""
# Rows that are locked are being settled by a worker of ours this moment: waiting for them could deadlock.
EXTEND: Final = """
WITH locked AS MATERIALIZED (
    SELECT id FROM jobs
    WHERE id = ANY(%(ids)s) AND status = 'running' AND lease_token = ANY(%(tokens)s)
    FOR UPDATE SKIP LOCKED
)
UPDATE jobs SET lease_expires_at = everytick_now() + %(lease_ms)s * interval '1 millisecond'
WHERE id = ANY(ARRAY(SELECT id FROM locked))
"""
EXPIRED: Final = """
SELECT id, lease_token, kind, started_at IS NOT NULL, crashes, max_attempts, leased_by FROM jobs
WHERE status = 'running' AND lease_expires_at <= everytick_now()
ORDER BY lease_expires_at LIMIT %(batch)s FOR UPDATE SKIP LOCKED
"""


def begin(connection: Connection, jobs: Collection[ClaimedJob], *, lease_ms: int) -> set[int]:
    """Mark `jobs` as begun, with a full lease; the ids of those that are still ours and may be run.

    The mark must be committed before the handler runs: an expired lease is held against what had begun.
    """
    return {int(job_id) for (job_id,) in connection.execute(BEGIN, _named(jobs, lease_ms)).fetchall()}


def extend(connection: Connection, jobs: Collection[ClaimedJob], *, lease_ms: int) -> None:
    """Extend the leases of `jobs` that are still ours: the heartbeat."""
    connection.execute(EXTEND, _named(jobs, lease_ms))


def release_expired(connection: Connection, batch: int = RELEASE_BATCH) -> list[Settled]:
    """End up to `batch` leases that ran out: their jobs go back into the queue, or are dead by crashes."""
    expired = connection.execute(EXPIRED, {"batch": batch}).fetchall()
    settlements = []
    for job_id, token, kind, started, crashes, max_attempts, holder in expired:
        decision = decide_expiry(started=started, crashes=crashes, max_attempts=max_attempts)
        settlements.append(
            Settlement(
                job_id=job_id,
                token=token,
                kind=kind,
                decision=decision,
                error=_expiry_error(decision.reason, holder, crashes + 1),
            )
        )
    released = settle(connection, settlements)
    log = structlog.get_logger()
    for one in released:
        dead = one.status is JobStatus.DEAD
        (log.error if dead else log.warning)(
            LogEvent.JOB_DEAD if dead else LogEvent.JOB_LEASE_EXPIRED,
            job_id=one.settlement.job_id,
            kind=one.settlement.kind,
            reason=one.settlement.decision.reason if one.settlement.decision else None,
            superseded_by=one.superseded_by,
        )
    return released


def _expiry_error(reason: RetryReason, holder: str, crashes: int) -> str | None:
    if reason is RetryReason.NOT_BEGUN:
        return None
    ending = " That was the last that its kind allows." if reason is RetryReason.CRASHES_USED else ""
    return f"Its worker {holder} died or fell silent while it ran (crash {crashes}).{ending}"


def _named(jobs: Collection[ClaimedJob], lease_ms: int) -> dict[str, object]:
    return {
        "ids": [job.id for job in jobs],
        "tokens": [job.token for job in jobs],
        "lease_ms": lease_ms,
    }
