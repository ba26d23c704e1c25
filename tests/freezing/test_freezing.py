"""A process frozen at any point of its work, which goes on after others took over (design §11, failure L6).

Real processes: SIGSTOP before each of their transactions, one after the other, and SIGCONT when the
database's clock is past their leases. Nothing on the frozen side has told it that time has passed.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import redis

from lib.services import Services
from lib.store.lease import LeaseName, take_lease
from lib.ticks.tick import run_tick
from lib.work.responsibilities import RESPONSIBILITIES
from tests import seed
from tests.acceptance.scenario import OUTCOME, outcome, seed_overdue
from tests.conftest import Database
from tests.freezing.conftest import Freezer
from tests.freezing.freezing_process import WORK
from tests.redis_claim import empty
from tests.work.calls import blob

POINTS_AT_MOST = 80
LEAST_POINTS = 8
"""Fewer would mean that nothing was frozen."""
HOLDERS = "SELECT name, holder FROM leases ORDER BY name"
LEASES = "SELECT name, token, holder FROM leases ORDER BY name"
MAINTAINED = (
    "drafts",
    "draft_pipeline_runs",
    "lead_memory_entries",
    "workspace_memory_entries",
)
CLOSED = "SELECT to_jsonb(runs) FROM runs WHERE status <> 'running' ORDER BY job_name, run_id"


def take_over(services: Services) -> None:
    """Take both leases, as somebody else who is at it."""
    with services.store.transaction() as connection:
        for name in LeaseName:
            take_lease(connection, name, holder="other", ttl_ms=60_000)


def maintained(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Every row that maintenance may change."""
    return {
        table: database.rows(f"SELECT to_jsonb(one) FROM {table} AS one ORDER BY id") for table in MAINTAINED
    }


def jobs(database: Database) -> list[tuple[Any, ...]]:
    return database.rows("SELECT to_jsonb(jobs) FROM jobs ORDER BY id")


@pytest.fixture
def points(freezer: Freezer, database: Database, cache: "redis.Redis") -> Callable[..., Iterator[int]]:
    """The points at which `work` can be frozen, each: frozen there, and its leases past their end.

    Each time with one overdue item for everything. With `every` only each so manieth transaction.
    """

    def frozen(work: str, *, every: int = 1) -> Iterator[int]:
        for point in range(1, POINTS_AT_MOST, every):
            database.reset()
            empty(cache)
            seed_overdue(database)
            if not freezer.freeze(work, at=point):
                assert point > LEAST_POINTS
                return
            database.shift_clock(timedelta(minutes=2))
            yield point
        pytest.fail("There are more transactions than this test looks at.")

    return frozen


class TestTick:
    def test_does_no_more_of_what_others_hold(
        self,
        freezer: Freezer,
        points: Callable[..., Iterator[int]],
        services: Services,
        database: Database,
    ) -> None:
        """Its leases are somebody else's: no further item, batch or responsibility, and nothing is freed."""
        for point in points("tick"):
            take_over(services)
            before = (maintained(database), database.rows(LEASES))
            freezer.thaw()
            assert (maintained(database), database.rows(LEASES)) == before, point
            assert database.rows("SELECT 1 FROM runs WHERE status = 'running'") == [], point
        assert "lease.lost" in freezer.log()

    def test_does_nothing_that_others_have_done(
        self,
        freezer: Freezer,
        points: Callable[..., Iterator[int]],
        services: Services,
        database: Database,
        cache: "redis.Redis",
    ) -> None:
        """Another tick did all the work: each job ended once, its runs and blobs stay as they are."""
        for point in points("tick", every=4):
            report = run_tick(services)
            assert not report.failed, (point, report.failed)
            before = (maintained(database), jobs(database), database.rows(HOLDERS))
            closed = database.rows(CLOSED)
            started = [blob(cache, one)["startedAt"] for one in RESPONSIBILITIES]
            freezer.thaw()
            assert (maintained(database), jobs(database), database.rows(HOLDERS)) == before, point
            assert [row for row in database.rows(CLOSED) if row in closed] == closed, point
            now = [blob(cache, one)["startedAt"] for one in RESPONSIBILITIES]
            assert all(map(str.__ge__, now, started)), point
            assert database.rows("SELECT 1 FROM runs WHERE status = 'running'") == [], point
            done = outcome(database)
            assert {**done, "jobs": [row[:3] for row in done["jobs"]]} == {
                **OUTCOME,
                "jobs": [row[:3] for row in OUTCOME["jobs"]],
            }, point


class TestDurable:
    @pytest.mark.parametrize("work", ["maintain", "drain"])
    def test_a_call_that_was_overtaken(
        self,
        freezer: Freezer,
        points: Callable[..., Iterator[int]],
        services: Services,
        database: Database,
        work: str,
    ) -> None:
        """The engine has called the run again, elsewhere: the late call closes and changes nothing."""
        for point in points(work, every=3):
            WORK[work](services)
            assert database.value("SELECT status FROM runs WHERE run_id = 'r1'") == "succeeded"
            take_over(services)
            before = (maintained(database), jobs(database), database.rows(LEASES))
            closed = database.rows(CLOSED)
            freezer.thaw()
            assert (maintained(database), jobs(database), database.rows(LEASES)) == before, point
            assert database.rows(CLOSED) == closed, point
            assert database.rows("SELECT 1 FROM runs WHERE status = 'running'") == [], point


class TestHandler:
    def test_its_end_is_void(self, freezer: Freezer, services: Services, database: Database) -> None:
        """Failure L6: frozen in a handler past its lease; whoever took the job over has ended it."""
        job = seed.due_job(database)
        assert freezer.freeze("tick", at=0)
        database.shift_clock(timedelta(minutes=2))
        assert not run_tick(services).failed
        before = database.rows("SELECT to_jsonb(jobs) FROM jobs")
        freezer.thaw()
        assert database.rows("SELECT to_jsonb(jobs) FROM jobs") == before
        assert database.rows("SELECT id, status, attempt, crashes FROM jobs") == [(job, "succeeded", 1, 1)]
        assert "job.lease_lost" in freezer.log()
