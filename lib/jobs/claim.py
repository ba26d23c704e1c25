"""Claiming jobs: a rotating cursor over the workspaces (design §7; measured in docs/decisions).

Fair at selection: each claim walks the buckets (a workspace each; jobs of no workspace share one) that follow
the last one visited, takes from each a few of its first due jobs, and chooses by rank: every bucket's first,
then every bucket's second. The cost depends neither on the backlog nor on the number of workspaces.

Inside a bucket the order is priority (higher first), run_at, id. Priority never counts between buckets.
"""

from typing import Any, Final
from uuid import UUID

from lib.jobs.job import ClaimedJob
from lib.rollout.controls import Paused
from lib.store.store import Connection

WIDTH: Final = 4
"""A claim looks at this many times its batch, so that claimers side by side do not come away empty."""

IN_ORDER: Final = """
SELECT set_config('enable_bitmapscan', 'off', true), set_config('enable_seqscan', 'off', true),
    set_config('enable_sort', %(sort)s, true), set_config('jit', 'off', true)
"""
"""Walk the indexes in their order, for this transaction: until its statistics know of a burst, the planner
would rather collect and sort all that is due. The rotating claim sorts, but only what it has looked at."""

_LEASE = """
UPDATE jobs SET status = 'running', lease_token = gen_random_uuid(), leased_by = %(holder)s,
    lease_expires_at = everytick_now() + %(lease_ms)s * interval '1 millisecond', started_at = NULL
WHERE id = ANY(ARRAY(SELECT id FROM locked))
RETURNING id, lease_token, workspace_id, kind, payload::text, attempt, crashes, max_attempts, reschedules,
    created_at
"""

ROTATING: Final = f"""
WITH RECURSIVE
-- From the cursor's bucket to the next and the next, one index probe each. A paused bucket takes no place.
ahead AS (
    (SELECT bucket, (bucket <> ALL(%(paused_workspaces)s))::int AS place FROM jobs
     WHERE status = 'pending' AND crashes = 0 AND bucket > %(cursor)s ORDER BY bucket LIMIT 1)
    UNION ALL
    SELECT following.bucket, ahead.place + (following.bucket <> ALL(%(paused_workspaces)s))::int
    FROM ahead CROSS JOIN LATERAL (
        SELECT bucket FROM jobs WHERE status = 'pending' AND crashes = 0 AND bucket > ahead.bucket
        ORDER BY bucket LIMIT 1
    ) AS following
    WHERE ahead.place < %(batch)s
),
-- Once round: from the first bucket up to the cursor.
behind AS (
    (SELECT bucket, (SELECT coalesce(max(place), 0) FROM ahead) + (bucket <> ALL(%(paused_workspaces)s))::int
         AS place
     FROM jobs
     WHERE status = 'pending' AND crashes = 0 AND bucket <= %(cursor)s
       AND (SELECT coalesce(max(place), 0) FROM ahead) < %(batch)s
     ORDER BY bucket LIMIT 1)
    UNION ALL
    SELECT following.bucket, behind.place + (following.bucket <> ALL(%(paused_workspaces)s))::int
    FROM behind CROSS JOIN LATERAL (
        SELECT bucket FROM jobs
        WHERE status = 'pending' AND crashes = 0 AND bucket > behind.bucket AND bucket <= %(cursor)s
        ORDER BY bucket LIMIT 1
    ) AS following
    WHERE behind.place < %(batch)s
),
seen AS MATERIALIZED (
    SELECT bucket, place FROM (SELECT * FROM ahead UNION ALL SELECT * FROM behind) AS walked
    WHERE bucket <> ALL(%(paused_workspaces)s)
),
candidates AS MATERIALIZED (
    SELECT due.id, due.rank, seen.place FROM seen CROSS JOIN LATERAL (
        SELECT id, row_number() OVER (ORDER BY priority DESC, run_at, id) AS rank FROM jobs
        WHERE status = 'pending' AND crashes = 0 AND bucket = seen.bucket
          AND kind <> ALL(%(paused_kinds)s)
        ORDER BY priority DESC, run_at, id
        LIMIT (SELECT ceil({WIDTH}.0 * %(batch)s / greatest(count(*), 1)) FROM seen)
    ) AS due
),
locked AS MATERIALIZED (
    SELECT jobs.id, wanted.turn
    FROM unnest(ARRAY(SELECT id FROM candidates ORDER BY rank, place)) WITH ORDINALITY AS wanted(id, turn)
    JOIN jobs USING (id)
    WHERE jobs.status = 'pending'
    ORDER BY wanted.turn LIMIT %(batch)s FOR UPDATE OF jobs SKIP LOCKED
)
{_LEASE}, (SELECT turn FROM locked WHERE locked.id = jobs.id),
    (SELECT bucket FROM seen ORDER BY place DESC LIMIT 1)
"""  # noqa: S608 - put together from constants only

PLAIN: Final = f"""
WITH locked AS MATERIALIZED (
    SELECT id FROM jobs
    WHERE status = 'pending' AND crashes = 0 AND id > 0
      AND kind <> ALL(%(paused_kinds)s) AND bucket <> ALL(%(paused_workspaces)s)
    ORDER BY run_at, id LIMIT %(batch)s FOR UPDATE SKIP LOCKED
)
{_LEASE}, run_at, NULL
"""  # noqa: S608 - put together from constants only
"""Decides whether the queue is empty when the rotating claim found nothing."""

SUSPECT: Final = f"""
WITH locked AS MATERIALIZED (
    SELECT id FROM jobs
    WHERE status = 'pending' AND crashes > 0
      AND kind <> ALL(%(paused_kinds)s) AND bucket <> ALL(%(paused_workspaces)s)
    ORDER BY run_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
)
{_LEASE}, run_at, NULL
"""  # noqa: S608 - put together from constants only
"""One job that may have killed a worker (failure L7)."""

SUSPECTS_DUE: Final = "SELECT EXISTS (SELECT 1 FROM jobs WHERE status = 'pending' AND crashes > 0)"


class Claimer:
    """Claims for one drain: its place on the walk, its name and its leases' length."""

    def __init__(self, *, holder: str, lease_ms: int, start: UUID) -> None:
        """Start the walk after the bucket `start`, which is drawn at random for each process."""
        self._holder = holder
        self._lease_ms = lease_ms
        self.cursor = start

    def claim(self, connection: Connection, batch: int, paused: Paused) -> list[ClaimedJob]:
        """Lease up to `batch` due jobs, in the order in which they should start; none: the queue is empty."""
        rows = self._run(connection, ROTATING, batch, paused)
        if not rows:
            rows = self._run(connection, PLAIN, batch, paused)
        elif rows[0][-1] is not None:
            self.cursor = rows[0][-1]
        return [_claimed(row) for row in rows]

    def claim_suspect(self, connection: Connection, paused: Paused) -> list[ClaimedJob]:
        """Lease one job with crashes, to be run alone; an empty list when there is none."""
        return [_claimed(row) for row in self._run(connection, SUSPECT, 1, paused)]

    def _run(
        self, connection: Connection, statement: str, batch: int, paused: Paused
    ) -> list[tuple[Any, ...]]:
        connection.execute(IN_ORDER, {"sort": "on" if statement is ROTATING else "off"})
        rows = connection.execute(
            statement.encode(),
            {
                "batch": batch,
                "cursor": self.cursor,
                "holder": self._holder,
                "lease_ms": self._lease_ms,
                "paused_kinds": list(paused.kinds),
                "paused_workspaces": list(paused.workspaces),
            },
        ).fetchall()
        return sorted(rows, key=lambda row: (row[-2], row[0]))


def suspects_due(connection: Connection) -> bool:
    """Whether there are due jobs with crashes, paused ones included."""
    return connection.execute(SUSPECTS_DUE).fetchone() == (True,)


def _claimed(row: tuple[Any, ...]) -> ClaimedJob:
    return ClaimedJob(
        id=row[0],
        token=row[1],
        workspace_id=row[2],
        kind=row[3],
        payload=row[4],
        attempt=row[5],
        crashes=row[6],
        max_attempts=row[7],
        reschedules=row[8],
        created_at=row[9],
    )
