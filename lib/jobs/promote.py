"""Scheduled jobs become pending when their time comes; until then they are not in the claim's index."""

from typing import Final

from lib.store.store import Connection

PROMOTE_BATCH: Final = 1_000

PROMOTE: Final = """
WITH due AS MATERIALIZED (
    SELECT id FROM jobs WHERE status = 'scheduled' AND run_at <= everytick_now()
    ORDER BY run_at, id LIMIT %(batch)s FOR UPDATE SKIP LOCKED
)
UPDATE jobs SET status = 'pending' WHERE id = ANY(ARRAY(SELECT id FROM due))
"""


def promote_due(connection: Connection, batch: int = PROMOTE_BATCH) -> int:
    """Make up to `batch` scheduled jobs pending whose time has come; how many."""
    return connection.execute(PROMOTE, {"batch": batch}).rowcount
