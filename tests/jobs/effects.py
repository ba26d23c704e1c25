"""Effects that a test can count: a table of its own, one row for each call and each end of a handler."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.conftest import Database


@contextmanager
def effects_table(database: Database) -> Iterator[None]:
    """The table `test_effects`, gone afterwards."""
    database.run("CREATE TABLE test_effects (job_id bigint NOT NULL, what text NOT NULL)")
    try:
        yield
    finally:
        database.run("DROP TABLE test_effects")
