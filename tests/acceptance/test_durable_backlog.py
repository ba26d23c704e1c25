"""Whole runs of the process function on a deep queue: several drains, one after the other or side by side."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

import pytest

from dev.engine.queue import QueueItem
from dev.engine.run import RunStatus
from inngest_functions import process_background_jobs
from lib.work.responsibilities import PROCESS
from tests.conftest import Database
from tests.durable import World

MakeWorld = Callable[..., World]


def fill(database: Database, count: int) -> None:
    database.run(
        "INSERT INTO jobs (kind, status) SELECT 'system.noop', 'pending' FROM generate_series(1, %s)", count
    )


def done(database: Database) -> list[tuple[Any, ...]]:
    """How many jobs there are of each status and attempt."""
    return database.rows("SELECT status, attempt, count(*) FROM jobs GROUP BY 1, 2 ORDER BY 1")


class TestDrains:
    def test_go_on_until_the_queue_is_empty(self, make_world: MakeWorld, database: Database) -> None:
        world = make_world(BACKGROUND_JOB_CRON_LIMIT="5")
        fill(database, 13)
        world.engine.send([world.event(PROCESS)])
        world.engine.run_until_idle()
        assert done(database) == [("succeeded", 1, 13)]
        assert world.steps() == [("drain", "StepRun")] * 3
        (run,) = world.engine.runs
        assert (run.result["summary"]["succeeded"], run.result["summary"]["stoppedBecause"]) == (13, "empty")
        assert world.rows("status") == [("succeeded",)]

    def test_a_limit_that_empties_the_queue_costs_no_further_step(
        self, make_world: MakeWorld, database: Database
    ) -> None:
        world = make_world(BACKGROUND_JOB_CRON_LIMIT="5")
        fill(database, 5)
        world.engine.send([world.event(PROCESS)])
        world.engine.run_until_idle()
        assert world.steps() == [("drain", "StepRun")]

    def test_stop_at_the_step_count(self, make_world: MakeWorld, database: Database) -> None:
        """The next tick goes on; nothing is left running."""
        world = make_world(BACKGROUND_JOB_CRON_LIMIT="5", BACKGROUND_JOBS_MAX_DRAIN_STEPS="2")
        fill(database, 13)
        world.engine.send([world.event(PROCESS)])
        world.engine.run_until_idle()
        assert done(database) == [("pending", 0, 3), ("succeeded", 1, 10)]
        (run,) = world.engine.runs
        assert (run.result["summary"]["remaining"], run.result["summary"]["stoppedBecause"]) == (3, "limit")
        assert world.rows("status") == [("succeeded",)]

    def test_a_failing_drain_keeps_what_others_did(
        self, make_world: MakeWorld, database: Database, broken: Callable[[str], AbstractContextManager[None]]
    ) -> None:
        world = make_world(BACKGROUND_JOB_CRON_LIMIT="5")
        fill(database, 8)
        world.engine.send([world.event(PROCESS)])
        world.engine.deliver_next()
        with broken("jobs"):
            world.engine.deliver_next()
        world.engine.run_until_idle()
        assert done(database) == [("succeeded", 1, 8)]
        assert world.rows("status, attempt, (summary ->> 'succeeded')::int") == [("succeeded", 1, 8)]

    def test_a_drain_told_to_end_is_followed_by_another(
        self, make_world: MakeWorld, database: Database
    ) -> None:
        """SIGTERM in a step: the engine's next call, of a living instance, goes on; the run says so."""
        first = make_world()
        fill(database, 3)
        first.engine.send([first.event(PROCESS)])
        first.services.stopping.ask()
        first.engine.deliver_next()
        assert done(database) == [("pending", 0, 3)]
        assert first.rows("status") == [("running",)], "it has not emptied the queue"
        second = make_world(clock=first.clock)
        first.engine.deploy(second.app.test_client)
        first.engine.run_until_idle()
        assert done(database) == [("succeeded", 1, 3)]
        assert first.steps() == [("drain", "StepRun")] * 2
        assert first.rows("status, summary ->> 'stoppedBecause'") == [("succeeded", "empty")]

    def test_an_instance_that_is_told_to_end_gives_up_in_the_end(
        self, make_world: MakeWorld, database: Database
    ) -> None:
        """Every step meets one that is to end: the run says what it left, and the next tick takes it."""
        world = make_world(BACKGROUND_JOBS_MAX_DRAIN_STEPS="3")
        fill(database, 3)
        world.engine.send([world.event(PROCESS)])
        world.services.stopping.ask()
        world.engine.run_until_idle()
        assert world.steps() == [("drain", "StepRun")] * 3
        assert done(database) == [("pending", 0, 3)]
        assert world.rows("status, summary ->> 'stoppedBecause', summary ->> 'remaining'") == [
            ("degraded", "shutdown", "3")
        ]


class TestSideBySide:
    @pytest.fixture
    def world(self, make_world: MakeWorld) -> World:
        return make_world(
            BACKGROUND_JOB_CRON_LIMIT="5",
            BACKGROUND_JOBS_INNGEST_CONCURRENCY="3",
            BACKGROUND_JOBS_PARALLEL_DRAINS="2",
        )

    def test_a_deep_backlog_is_drained_by_several(self, world: World, database: Database) -> None:
        fill(database, 33)
        world.engine.send([world.event(PROCESS)])
        world.engine.run_until_idle()
        assert done(database) == [("succeeded", 1, 33)]
        executed = [name for name, op in world.steps() if op == "StepRun"]
        assert sorted(executed[1:3]) == ["drain-beside-1", "drain-beside-2"]
        assert (executed[0], executed[3], executed[-1]) == ("drain", "drain", "drain")
        (run,) = world.engine.runs
        assert run.result["summary"]["succeeded"] == 33
        assert world.rows("status") == [("succeeded",)]

    def test_at_the_same_time(self, world: World, database: Database) -> None:
        fill(database, 33)
        world.engine.send([world.event(PROCESS)])
        while world.engine.deliver_together(3):
            pass
        assert done(database) == [("succeeded", 1, 33)]
        assert [run.status for run in world.engine.runs] == [RunStatus.COMPLETED]

    def test_not_for_a_shallow_one(self, world: World, database: Database) -> None:
        """What one more drain can take is left to it."""
        fill(database, 10)
        world.engine.send([world.event(PROCESS)])
        world.engine.run_until_idle()
        assert world.steps() == [("drain", "StepRun")] * 2

    def test_one_step_is_kept_for_the_last_drain(self, make_world: MakeWorld, database: Database) -> None:
        world = make_world(
            BACKGROUND_JOB_CRON_LIMIT="1",
            BACKGROUND_JOBS_INNGEST_CONCURRENCY="8",
            BACKGROUND_JOBS_PARALLEL_DRAINS="7",
            BACKGROUND_JOBS_MAX_DRAIN_STEPS="5",
        )
        fill(database, 20)
        world.engine.send([world.event(PROCESS)])
        world.engine.run_until_idle()
        assert done(database) == [("pending", 0, 15), ("succeeded", 1, 5)]
        assert world.rows("status") == [("succeeded",)]

    @pytest.mark.parametrize(
        "choose",
        [
            pytest.param(lambda due: due[0], id="after its sibling"),
            pytest.param(lambda due: due[-1], id="before its sibling"),
        ],
    )
    def test_a_redeploy_that_loses_a_step_is_no_success(
        self,
        make_world: MakeWorld,
        database: Database,
        monkeypatch: pytest.MonkeyPatch,
        choose: Callable[[Sequence[QueueItem]], QueueItem],
    ) -> None:
        """The SDK alone would end such a run as a success (inngest-wire §8): results are counted."""
        world = make_world(
            choose=choose,
            BACKGROUND_JOB_CRON_LIMIT="5",
            BACKGROUND_JOBS_INNGEST_CONCURRENCY="3",
            BACKGROUND_JOBS_PARALLEL_DRAINS="2",
        )
        fill(database, 33)
        world.engine.send([world.event(PROCESS)])
        while not [op for _, op in world.steps() if op == "StepPlanned"]:
            world.engine.deliver_next()
        with monkeypatch.context() as renamed:
            renamed.setattr(process_background_jobs, "DRAIN_BESIDE", "drain-aside-{number}")
            world.engine.run_until_idle()
        answers = [exchange.answer_body() for exchange in world.engine.exchanges]
        assert "StepsMissing" in {answer["name"] for answer in answers if "name" in answer}
        assert world.runs_of(PROCESS)[0].status is RunStatus.FAILED
        assert world.rows("status") == [("failed",)]
        world.engine.advance(60)
        world.engine.send([world.event(PROCESS)])
        world.engine.run_until_idle()
        assert done(database) == [("succeeded", 1, 33)]


class TestOtherSettings:
    """A deploy between two steps changes the settings: the run goes on by what was decided before."""

    @pytest.mark.parametrize("answered", range(1, 6))
    @pytest.mark.parametrize(
        ("before", "after"),
        [
            pytest.param({}, {"BACKGROUND_JOBS_MAX_DRAIN_STEPS": "2"}, id="fewer steps"),
            pytest.param({"BACKGROUND_JOBS_PARALLEL_DRAINS": "2"}, {}, id="no longer side by side"),
            pytest.param({}, {"BACKGROUND_JOBS_PARALLEL_DRAINS": "2"}, id="side by side from now on"),
            pytest.param({}, {"BACKGROUND_JOB_CRON_LIMIT": "100"}, id="a higher limit"),
        ],
    )
    def test_the_run_comes_to_its_end(
        self,
        make_world: MakeWorld,
        database: Database,
        before: dict[str, str],
        after: dict[str, str],
        answered: int,
    ) -> None:
        small = {"BACKGROUND_JOB_CRON_LIMIT": "5", "BACKGROUND_JOBS_INNGEST_CONCURRENCY": "3"}
        world = make_world(**small | before)
        redeployed = make_world(clock=world.clock, **small | after)
        fill(database, 33)
        world.engine.send([world.event(PROCESS)])
        for _ in range(answered):
            world.engine.deliver_next()
        world.engine.deploy(redeployed.app.test_client)
        world.engine.run_until_idle()
        assert [run.status for run in world.engine.runs] == [RunStatus.COMPLETED]
        ((status, succeeded),) = world.rows("status, (summary ->> 'succeeded')::int")
        assert status == "succeeded"
        assert ("succeeded", 1, succeeded) in done(database)
