"""Ending what a lease began: the one statement by which a held job changes state.

Every change is conditional on the fencing token (failure L6). A job that goes back into the queue may find
that another with its dedupe key was queued while it ran (`while_queued`): it is then merged, discarded in
favour of the queued one, in the same statement, so that one such job never fails a batch.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Self
from uuid import UUID

import psycopg

from lib.errors import StoreTimedOut
from lib.jobs.job import JobStatus
from lib.jobs.retry import RetryDecision, Verdict
from lib.store.store import Connection

QUEUED: Final = "queued"
"""Scheduled or pending, by its time."""
TRIES: Final = 5
"""A twin may be queued between our look at the keys and our update; then we look again."""

SETTLE: Final = """
WITH told AS MATERIALIZED (
    SELECT * FROM unnest(
        %(ids)s::bigint[], %(tokens)s::uuid[], %(states)s::text[], %(attempts)s::int[], %(crashes)s::int[],
        %(reschedules)s::int[], %(run_at)s::timestamptz[], %(delays)s::interval[], %(errors)s::text[]
    ) AS told(id, token, state, attempts, crashes, reschedules, run_at, delay, error)
),
held AS MATERIALIZED (
    SELECT told.*, jobs.kind, jobs.dedupe_key,
           told.state = 'queued' AND coalesce(jobs.dedupe_scope = 'while_queued', false) AS contested
    FROM told JOIN jobs ON jobs.id = told.id AND jobs.lease_token = told.token
    WHERE jobs.status = 'running'
    ORDER BY jobs.id FOR UPDATE OF jobs
),
judged AS MATERIALIZED (
    SELECT held.*, CASE WHEN held.contested THEN coalesce(
        (SELECT twin.id FROM jobs AS twin
         WHERE twin.kind = held.kind AND twin.dedupe_key = held.dedupe_key
           AND twin.dedupe_scope = 'while_queued' AND twin.status IN ('scheduled', 'pending')),
        nullif(max(held.id) FILTER (WHERE held.contested)
                   OVER (PARTITION BY held.kind, held.dedupe_key), held.id)
    ) END AS superseded_by
    FROM held
),
decided AS MATERIALIZED (
    SELECT judged.*, judged.state = 'queued' AND judged.superseded_by IS NULL AS stays,
           greatest(judged.run_at, everytick_now() + judged.delay) AS due_at
    FROM judged
)
UPDATE jobs SET
    status = CASE
        WHEN decided.superseded_by IS NOT NULL THEN 'discarded'
        WHEN NOT decided.stays THEN decided.state
        WHEN coalesce(decided.due_at, jobs.run_at) > everytick_now() THEN 'scheduled'
        ELSE 'pending' END,
    run_at = CASE WHEN decided.stays THEN coalesce(decided.due_at, jobs.run_at) ELSE jobs.run_at END,
    attempt = jobs.attempt + decided.attempts,
    crashes = jobs.crashes + decided.crashes,
    reschedules = jobs.reschedules + decided.reschedules,
    last_error = CASE WHEN decided.superseded_by IS NULL THEN coalesce(decided.error, jobs.last_error)
        ELSE concat_ws('; ', 'superseded by job ' || decided.superseded_by, decided.error) END,
    finished_at = CASE WHEN decided.stays THEN NULL ELSE everytick_now() END,
    lease_token = NULL, leased_by = NULL, lease_expires_at = NULL
FROM decided
WHERE jobs.id = decided.id AND jobs.id = ANY(%(ids)s)
RETURNING jobs.id, jobs.status, decided.superseded_by
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What shall become of one held job."""

    job_id: int
    token: UUID
    kind: str
    decision: RetryDecision | None
    """None: it succeeded."""
    error: str | None = None
    """For `last_error`; None keeps what is there."""

    @property
    def state(self) -> str:
        """The status it goes to, or QUEUED."""
        if self.decision is None:
            return JobStatus.SUCCEEDED
        return JobStatus.DEAD if self.decision.verdict is Verdict.DEAD else QUEUED

    @property
    def attempts(self) -> int:
        """A handler that returned is an attempt as well."""
        return 1 if self.decision is None else self.decision.attempts


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What became of it."""

    settlement: Settlement
    status: JobStatus | None
    """None: the lease was lost, nothing was changed."""
    superseded_by: int | None
    """The queued job in whose favour it was discarded."""

    @classmethod
    def lost(cls, settlement: Settlement) -> Self:
        """The job was no longer ours."""
        return cls(settlement=settlement, status=None, superseded_by=None)


def settle(connection: Connection, settlements: Sequence[Settlement]) -> list[Settled]:
    """Change the held jobs as `settlements` say, all in one statement; answers in their order."""
    if not settlements:
        return []
    rows = _changed(connection, settlements)
    became = {int(job_id): (JobStatus(status), twin) for job_id, status, twin in rows}
    return [
        Settled(settlement=one, status=became[one.job_id][0], superseded_by=became[one.job_id][1])
        if one.job_id in became
        else Settled.lost(one)
        for one in settlements
    ]


def _changed(connection: Connection, settlements: Sequence[Settlement]) -> list[tuple[Any, ...]]:
    parameters = _parameters(settlements)
    if all(one.state != QUEUED for one in settlements):  # no key is taken: nothing can collide
        return connection.execute(SETTLE, parameters).fetchall()
    for _ in range(TRIES):
        try:
            with connection.transaction():
                return connection.execute(SETTLE, parameters).fetchall()
        except psycopg.errors.UniqueViolation:
            continue
    raise StoreTimedOut("Jobs with the same dedupe key came and went too fast; try again.")


def _parameters(settlements: Sequence[Settlement]) -> dict[str, object]:
    decisions = [one.decision for one in settlements]
    return {
        "ids": [one.job_id for one in settlements],
        "tokens": [one.token for one in settlements],
        "states": [one.state for one in settlements],
        "attempts": [one.attempts for one in settlements],
        "crashes": [made.crashes if made else 0 for made in decisions],
        "reschedules": [made.reschedules if made else 0 for made in decisions],
        "run_at": [made.run_at if made else None for made in decisions],
        "delays": [made.delay if made else None for made in decisions],
        "errors": [one.error for one in settlements],
    }
