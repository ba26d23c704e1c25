from dataclasses import replace
from datetime import timedelta

import pytest

from lib.services import Services
from lib.status.run_status import JobName, RunSource, RunStatus
from lib.work.runs import OpenedRun, RunKey, beat_run, close_run, open_run
from tests.conftest import Database

RUN = RunKey(job_name=JobName.PROCESS, run_id="r1", source=RunSource.INNGEST, dispatch_key=None, owner="me")


def opened(services: Services, *, attempt: int = 0) -> OpenedRun:
    with services.store.transaction() as connection:
        return open_run(connection, replace(RUN, attempt=attempt))


def beat(services: Services) -> bool:
    with services.store.transaction() as connection:
        return beat_run(connection, RUN)


def closed(services: Services, status: RunStatus) -> object:
    with services.store.transaction() as connection:
        return close_run(connection, RUN, status=status, summary={}, error=None)


class TestOpen:
    def test_the_first_start_stays(self, services: Services, database: Database) -> None:
        """Failures L1 and L2: one row a run, and a replay does not make it younger."""
        first = opened(services)
        database.shift_clock(timedelta(minutes=2))
        again = opened(services)
        assert (again.started_at, again.attempt) == (first.started_at, first.attempt)
        assert again.now - first.now > timedelta(minutes=1)
        assert database.value("SELECT count(*) FROM runs") == 1

    def test_a_closed_run_stays_as_it_is(self, services: Services, database: Database) -> None:
        """Another call may close it between a call's look at it and its opening."""
        opened(services)
        closed(services, RunStatus.SUCCEEDED)
        before = database.rows("SELECT * FROM runs")
        database.shift_clock(timedelta(minutes=2))
        opened(services, attempt=3)
        assert database.rows("SELECT * FROM runs") == before


class TestBeat:
    def test_tells_that_it_is_alive(self, services: Services, database: Database) -> None:
        opened(services)
        database.shift_clock(timedelta(minutes=2))
        assert beat(services)
        assert database.value("SELECT beat_at - started_at > interval '1 minute' FROM runs")

    def test_stops_with_the_run(self, services: Services) -> None:
        opened(services)
        closed(services, RunStatus.SUCCEEDED)
        assert not beat(services)


class TestClose:
    @pytest.mark.parametrize("second", [RunStatus.FAILED, RunStatus.SUCCEEDED, RunStatus.ABANDONED])
    def test_a_final_state_stays(self, services: Services, database: Database, second: RunStatus) -> None:
        opened(services)
        assert closed(services, RunStatus.FAILED) is not None
        assert closed(services, second) is None
        assert database.value("SELECT status FROM runs") == "failed"

    def test_only_its_owner_closes_it(self, services: Services, database: Database) -> None:
        opened(services)
        database.run("UPDATE runs SET owner = 'another'")
        assert closed(services, RunStatus.SUCCEEDED) is None

    def test_a_clock_that_went_back_fails_nothing(self, services: Services, database: Database) -> None:
        """The database moved to a server whose clock is behind: the run ends, it lasted no time."""
        started = opened(services)
        database.shift_clock(timedelta(seconds=-5))
        assert closed(services, RunStatus.SUCCEEDED) == started.started_at
