"""What an operator does to jobs: retry those that ended, discard those that should not run."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import psycopg
import structlog

from lib.errors import StoreTimedOut
from lib.jobs.last_error import storable
from lib.log.events import LogEvent
from lib.store.store import Connection

TRIES: Final = 5
"""A job with the same key may be queued between our look and our update; then we look again."""

KEPT: Final = 2_000
"""Characters of `last_error`: the latest word of an operator, and what there was before."""

RETRY: Final = """
WITH wanted AS MATERIALIZED (
    SELECT id, kind, dedupe_key, dedupe_scope, status, status IN ('dead', 'discarded') AS ended
    FROM jobs WHERE id = ANY(%(ids)s) ORDER BY id FOR UPDATE
),
judged AS MATERIALIZED (
    SELECT wanted.*, CASE WHEN wanted.ended AND wanted.dedupe_key IS NOT NULL THEN coalesce(
        (SELECT twin.id FROM jobs AS twin
         WHERE twin.kind = wanted.kind AND twin.dedupe_key = wanted.dedupe_key
           AND twin.dedupe_scope = wanted.dedupe_scope
           AND (twin.status IN ('scheduled', 'pending')
                OR twin.status = 'running' AND twin.dedupe_scope = 'while_active')),
        nullif(max(wanted.id) FILTER (WHERE wanted.ended)
                   OVER (PARTITION BY wanted.kind, wanted.dedupe_scope, wanted.dedupe_key), wanted.id)
    ) END AS twin
    FROM wanted
),
changed AS (
    UPDATE jobs SET status = 'pending', run_at = everytick_now(), attempt = 0, crashes = 0, reschedules = 0,
        finished_at = NULL,
        last_error = left(nullif(concat_ws('; ', %(note)s::text, last_error), ''), %(kept)s)
    FROM judged
    WHERE jobs.id = judged.id AND jobs.id = ANY(%(ids)s) AND judged.ended AND judged.twin IS NULL
    RETURNING jobs.id
)
SELECT judged.id, judged.status, judged.twin, EXISTS (SELECT 1 FROM changed WHERE changed.id = judged.id)
FROM judged ORDER BY judged.id
"""
DISCARD: Final = """
WITH wanted AS MATERIALIZED (
    SELECT id, status, status IN ('scheduled', 'pending', 'dead') AS waits
    FROM jobs WHERE id = ANY(%(ids)s) ORDER BY id FOR UPDATE
),
changed AS (
    UPDATE jobs SET status = 'discarded', finished_at = everytick_now(),
        last_error = left(concat_ws('; ', %(note)s::text, last_error), %(kept)s)
    FROM wanted
    WHERE jobs.id = wanted.id AND jobs.id = ANY(%(ids)s) AND wanted.waits
    RETURNING jobs.id
)
SELECT wanted.id, wanted.status, NULL::bigint, EXISTS (SELECT 1 FROM changed WHERE changed.id = wanted.id)
FROM wanted ORDER BY wanted.id
"""
DEAD: Final = "SELECT id FROM jobs WHERE status = 'dead' ORDER BY finished_at LIMIT %s"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operated:
    """What came of one job."""

    job_id: int
    status: str | None
    """What it was before; None when there is no such job."""
    changed: bool
    twin: int | None = None
    """The live job with the same dedupe key, which stands in the way of a retry."""

    @property
    def problem(self) -> str | None:
        """Why it was not changed, in words; None when it was."""
        if self.changed:
            return None
        if self.status is None:
            return "there is no such job"
        if self.twin is not None:
            return f"job {self.twin} with the same dedupe key does its work"
        return f"it is {self.status}"


def retry_jobs(
    connection: Connection, job_ids: Sequence[int], *, actor: str, reason: str | None = None
) -> list[Operated]:
    """Put dead and discarded jobs back into the queue, due now, with all their attempts; in order of id.

    Who and why is noted with the job where `reason` is given.
    """
    note = storable(f"retried by {actor}: {reason}") if reason else None
    for _ in range(TRIES):
        try:
            with connection.transaction():
                return _operate(connection, RETRY, "retry", job_ids, actor=actor, note=note)
        except psycopg.errors.UniqueViolation:
            continue
    raise StoreTimedOut("Jobs with the same dedupe key came and went too fast; try again.")


def discard_jobs(
    connection: Connection, job_ids: Sequence[int], *, actor: str, reason: str
) -> list[Operated]:
    """Throw away jobs that wait or are dead, noting who and why; a running one is left to end."""
    note = storable(f"discarded by {actor}: {reason}")
    return _operate(connection, DISCARD, "discard", job_ids, actor=actor, note=note)


def dead_jobs(connection: Connection, limit: int) -> list[int]:
    """The ids of dead jobs, the longest dead first."""
    return [int(job_id) for (job_id,) in connection.execute(DEAD, (limit,)).fetchall()]


def _operate(
    connection: Connection,
    statement: str,
    verb: str,
    job_ids: Sequence[int],
    *,
    actor: str,
    note: str | None = None,
) -> list[Operated]:
    rows = connection.execute(
        statement.encode(), {"ids": list(job_ids), "note": note, "kept": KEPT}
    ).fetchall()
    found = {
        int(job_id): Operated(job_id=job_id, status=status, twin=twin, changed=changed)
        for job_id, status, twin, changed in rows
    }
    missing = {
        job_id: Operated(job_id=job_id, status=None, changed=False)
        for job_id in job_ids
        if job_id not in found
    }
    done = [one for _, one in sorted({**found, **missing}.items())]
    structlog.get_logger().info(
        LogEvent.JOB_OPERATED,
        verb=verb,
        actor=actor,
        reason=note,
        job_ids=[one.job_id for one in done if one.changed][:100],
        changed=sum(one.changed for one in done),
    )
    return done
