from datetime import datetime

import psycopg
import pytest

from lib.services import Services
from lib.status.run_status import JobName, RunSource
from lib.work.lines import COVER, COVER_ONE, FAIL, cover_lines
from lib.work.runs import RunKey
from tests.conftest import Database
from tests.query_plan import reads

MANY = 20_000
RUN = RunKey(
    job_name=JobName.MAINTENANCE, run_id="r", source=RunSource.INLINE, dispatch_key="k", owner="o", attempt=0
)


@pytest.fixture(
    params=[
        pytest.param("ANALYZE dispatch_lines", id="analysed"),
        pytest.param("SELECT 1", id="never analysed"),
    ]
)
def crowded(database: Database, request: pytest.FixtureRequest) -> Database:
    """A ledger of many days, of which a few lines are open."""
    database.run(
        "INSERT INTO dispatches (dispatch_key, mode, reason, state, correlation_id)"
        " SELECT 'k' || n, 'inngest', 'enabled', 'accepted', 'c' FROM generate_series(1, %s) AS n",
        MANY,
    )
    database.run(
        "INSERT INTO dispatch_lines (dispatch_key, job_name, state, run_id, dispatched_at)"
        " SELECT 'k' || n, 'background-maintenance', CASE WHEN n <= 3 THEN 'accepted' ELSE 'covered' END,"
        " 'r' || n, everytick_now() - n * interval '1 minute' FROM generate_series(1, %s) AS n",
        MANY,
    )
    database.run(request.param)
    return database


class TestPlan:
    """Pinned: a run that ends reads the open lines, however long the ledger is."""

    def test_covering_reads_the_open_lines(self, crowded: Database) -> None:
        parameters = {
            "job_name": JobName.MAINTENANCE,
            "started_at": crowded.value("SELECT everytick_now()"),
            "run_id": "r",
        }
        assert set(reads(crowded, COVER, parameters, "dispatch_lines")) == {
            "dispatch_lines_open",
            "dispatch_lines_pkey",
        }

    @pytest.mark.parametrize("statement", [COVER_ONE, FAIL], ids=["its own as covered", "as failed"])
    def test_the_end_of_one_reads_its_line(self, crowded: Database, statement: str) -> None:
        parameters = {
            "key": "k2",
            "job_name": JobName.MAINTENANCE,
            "run_id": "r2",
            "covered_by": "r1",
            "failure": "run_failed",
        }
        (used,) = reads(crowded, statement, parameters, "dispatch_lines")
        assert used in ("dispatch_lines_pkey", "dispatch_lines_open")


class TestCover:
    def test_a_line_that_is_being_written_is_left_to_the_next_run(
        self, services: Services, database: Database
    ) -> None:
        """Nobody waits for another's lock, so that runs and ticks cannot wait for each other in a circle."""
        database.run(
            "INSERT INTO dispatches (dispatch_key, mode, reason, state, correlation_id)"
            " SELECT unnest(ARRAY['a', 'b']), 'inngest', 'enabled', 'accepted', 'c'"
        )
        database.run(
            "INSERT INTO dispatch_lines (dispatch_key, job_name, state)"
            " SELECT unnest(ARRAY['a', 'b']), 'background-maintenance', 'accepted'"
        )
        now: datetime = database.value("SELECT everytick_now()")
        with psycopg.connect(database.url) as tick:
            tick.execute("UPDATE dispatch_lines SET event_id = 'e' WHERE dispatch_key = 'a'")
            with services.store.transaction() as connection:
                assert cover_lines(connection, RUN, started_at=now) == 1
        with services.store.transaction() as connection:
            assert cover_lines(connection, RUN, started_at=now) == 1
