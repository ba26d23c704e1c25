"""Runs that fell silent, closed from outside (failure D4), and what one may do that wakes (failure L22)."""

import json
from datetime import timedelta

import pytest
import redis

from lib.services import Services
from lib.status.run_status import JobName, RunSource, RunStatus
from lib.ticks.watchdog import watch
from lib.work.abandon import AT_MOST
from lib.work.record import RunRecord
from lib.work.runs import RunKey, open_run
from tests.conftest import Database

STUCK = timedelta(seconds=901)


def begin(services: Services, run_id: str = "r", owner: str = "me") -> RunRecord:
    """A run of the engine's that has just begun."""
    run = RunKey(
        job_name=JobName.PROCESS,
        run_id=run_id,
        source=RunSource.INNGEST,
        dispatch_key="k",
        owner=owner,
        attempt=0,
    )
    with services.store.transaction() as connection:
        record = RunRecord.of(services, run, open_run(connection, run))
    record.show_running()
    return record


def status(database: Database, run_id: str = "r") -> str:
    return str(database.value("SELECT status FROM runs WHERE run_id = %s", run_id))


@pytest.fixture
def silent(services: Services, database: Database) -> RunRecord:
    """A run that fell silent, and was closed for it."""
    record = begin(services)
    database.shift_clock(STUCK)
    watch(services)
    assert status(database) == "abandoned"
    return record


class TestAbandoned:
    def test_its_blob_says_so(self, silent: RunRecord, cache: "redis.Redis") -> None:
        blob = json.loads(str(cache.get("job:v1:global:process-background-jobs")))
        assert (blob["status"], blob["lastError"]) == ("failed", "abandoned")
        assert blob["finishedAt"] is not None
        del silent

    def test_may_still_succeed_once(self, silent: RunRecord, database: Database) -> None:
        assert silent.close(RunStatus.SUCCEEDED, summary={}, error=None) is not None
        assert status(database) == "succeeded"
        assert silent.close(RunStatus.SUCCEEDED, summary={}, error=None) is None

    @pytest.mark.parametrize("end", [RunStatus.FAILED, RunStatus.DEGRADED, RunStatus.SUPERSEDED])
    def test_and_nothing_else(self, silent: RunRecord, database: Database, end: RunStatus) -> None:
        assert silent.close(end, summary={}, error="late") is None
        assert status(database) == "abandoned"

    def test_only_by_its_owner(self, services: Services, silent: RunRecord, database: Database) -> None:
        """Another call of the engine has it by now."""
        begin(services, owner="another").own()
        assert silent.close(RunStatus.SUCCEEDED, summary={}, error=None) is None
        assert status(database) == "abandoned"

    def test_closing_it_is_no_sign_of_life(self, silent: RunRecord, database: Database) -> None:
        assert database.value("SELECT beat_at < finished_at - interval '15 min' FROM runs")
        del silent


class TestSilence:
    def test_a_beat_keeps_it(self, services: Services, database: Database) -> None:
        record = begin(services)
        for _ in range(3):
            database.shift_clock(timedelta(seconds=database_shift(database) + 800))
            with services.store.transaction() as connection:
                connection.execute(
                    "UPDATE runs SET beat_at = everytick_now() WHERE run_id = %s", (record.run.run_id,)
                )
            watch(services)
        assert status(database) == "running"

    def test_many_are_closed_a_few_at_a_tick(self, services: Services, database: Database) -> None:
        """The oldest first: a tick has other things to do."""
        database.run(
            "INSERT INTO runs (job_name, run_id, source, status, owner, beat_at)"
            " SELECT 'background-maintenance', 'r' || n, 'inline', 'running', 'o',"
            " everytick_now() - interval '1 hour' - n * interval '1 minute' FROM generate_series(1, %s) AS n",
            AT_MOST + 5,
        )
        assert len(watch(services).abandoned) == AT_MOST
        assert database.rows("SELECT run_id FROM runs WHERE status = 'running' ORDER BY beat_at DESC") == [
            (f"r{n}",) for n in range(1, 6)
        ]
        assert len(watch(services).abandoned) == 5


def database_shift(database: Database) -> float:
    """By how many seconds the shared clock is shifted."""
    return float(database.value("SELECT extract(epoch FROM everytick_now() - statement_timestamp())::float8"))
