"""How fast the drain is beside the least that must be done: a bare claim-and-complete loop on one connection.

Run it as `python -m bench.queue [JOBS]` with DATABASE_URL naming a database of its own: it empties the table
`jobs`. Both sides take the same jobs in the same run on the same machine; read the ratio, not the numbers.
"""

import os
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Final

import psycopg
import structlog

from lib.clock import Deadline
from lib.composition import compose
from lib.jobs.drain import drain
from lib.jobs.enqueue import NewJob, enqueue_many
from lib.services import Services

BATCH: Final = 100
CLAIM: Final = """
WITH due AS MATERIALIZED (
    SELECT id FROM jobs WHERE status = 'pending' AND id > 0
    ORDER BY run_at, id LIMIT %s FOR UPDATE SKIP LOCKED
)
UPDATE jobs SET status = 'running', lease_token = gen_random_uuid(), leased_by = 'bench',
    lease_expires_at = everytick_now() + interval '1 min'
WHERE id = ANY(ARRAY(SELECT id FROM due)) RETURNING id, kind, payload
"""
COMPLETE: Final = """
UPDATE jobs SET status = 'succeeded', attempt = attempt + 1, finished_at = everytick_now(),
    lease_token = NULL, leased_by = NULL, lease_expires_at = NULL
WHERE id = ANY(%s) AND status = 'running'
"""


def fill(services: Services, count: int) -> None:
    """Empty the queue and put `count` due jobs in."""
    with services.store.transaction(statement_timeout_ms=60_000) as connection:
        connection.execute("TRUNCATE jobs")
    for start in range(0, count, 5_000):
        with services.store.transaction(statement_timeout_ms=60_000) as connection:
            enqueue_many(
                connection,
                services.kinds,
                [NewJob(kind="system.noop", payload={})] * min(5_000, count - start),
            )


def bare(url: str) -> None:
    """Claim and complete until nothing is left, and do nothing else."""
    with psycopg.connect(url, autocommit=True, prepare_threshold=None) as connection:
        while rows := connection.execute(CLAIM, (BATCH,)).fetchall():
            connection.execute(COMPLETE, ([row[0] for row in rows],))


def seconds_of(work: Callable[[], object]) -> float:
    """How long `work` takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> None:
    """Print both speeds and their ratio."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    services = compose().services
    if services is None:
        raise SystemExit("The environment guard refused: run `flask env check`.")
    fill(services, count)
    least = seconds_of(partial(bare, os.environ["DATABASE_URL"]))
    print(f"bare loop, batches of {BATCH}, no leases kept: {count / least:>8,.0f} jobs/s")
    for workers in (1, 4):
        fill(services, count)
        taken = seconds_of(
            partial(
                drain,
                services,
                deadline=Deadline.after_ms(services.clock, 600_000),
                limit=count,
                workers=workers,
            )
        )
        print(
            f"drain, {workers} worker(s): {count / taken:>8,.0f} jobs/s, {least / taken:.2f} of the bare loop"
        )


if __name__ == "__main__":
    main()
