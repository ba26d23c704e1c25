"""Whole runs of the two functions when requests and answers are lost, doubled, late, or meet a redeploy."""

from collections.abc import Callable

import pytest

from dev.engine.faults import (
    LOGIN_PAGE,
    UNAUTHORISED,
    AnswerInstead,
    DeliverConcurrently,
    DeliverTwice,
    Fault,
    LoseAnswer,
    LoseRequest,
)
from dev.engine.run import RunStatus
from lib.work.responsibilities import MAINTENANCE, PROCESS, RESPONSIBILITIES
from tests.acceptance.scenario import OUTCOME, outcome, seed_overdue
from tests.conftest import Database
from tests.durable import World

MakeWorld = Callable[..., World]


class TestOneFault:
    """Whatever happens to a request on its way: rows as ever, one closed row a run."""

    @pytest.mark.parametrize(
        "fault",
        [
            LoseRequest(),
            LoseRequest(times=3),
            LoseAnswer(),
            LoseAnswer(times=3),
            DeliverTwice(times=9),
            DeliverConcurrently(times=9),
            AnswerInstead(answer=UNAUTHORISED),
            AnswerInstead(answer=LOGIN_PAGE),
        ],
        ids=lambda fault: f"{fault.name}x{fault.times}",
    )
    def test_the_scenario_ends_as_ever(self, world: World, database: Database, fault: Fault) -> None:
        seed_overdue(database)
        world.tick()
        world.engine.faults.add(fault)
        world.engine.run_until_idle()
        assert outcome(database) == OUTCOME
        assert [run.status for run in world.engine.runs] == [RunStatus.COMPLETED] * 2
        for responsibility in RESPONSIBILITIES:
            assert world.rows("status", responsibility) == [("succeeded",)]


class TestLostAnswer:
    def test_the_work_is_not_done_again(self, world: World, database: Database) -> None:
        """The step closed its run: called again, it says what it said."""
        seed_overdue(database)
        world.engine.send([world.event(PROCESS)])
        world.engine.faults.add(LoseAnswer())
        world.engine.run_until_idle()
        assert world.rows("status, (summary ->> 'succeeded')::int") == [("succeeded", 1)]
        (run,) = world.engine.runs
        assert (run.result["summary"]["succeeded"], run.result["reason"]) == (1, "closed")

    def test_of_the_last_request_leaves_nothing_running(self, world: World) -> None:
        world.engine.send([world.event(PROCESS)])
        world.engine.deliver_next()
        world.engine.hold()
        assert world.rows("status") == [("succeeded",)]


class TestDoubledEvents:
    def test_one_key_runs_once(self, world: World) -> None:
        """Function idempotency on the dispatch key."""
        for _ in range(3):
            world.tick(dispatchKey="background-jobs:v1:60:2026-11-23T19:50:00Z")
            world.engine.run_until_idle()
        assert len(world.engine.runs) == 2

    def test_a_re_dispatch_runs_again(self, world: World) -> None:
        """Failure L23: `:gN`, because the same key is swallowed for 24 h."""
        key = "background-jobs:v1:60:2026-11-23T19:50:00Z"
        world.engine.send([world.event(PROCESS, dispatchKey=key)])
        world.engine.run_until_idle()
        world.engine.send([world.event(PROCESS, dispatchKey=f"{key}:g1", generation=1)])
        world.engine.run_until_idle()
        assert world.rows("dispatch_key, status") == [(key, "succeeded"), (key, "succeeded")]


class TestLateDelivery:
    def test_of_a_finished_run_changes_nothing(self, world: World, database: Database) -> None:
        world.tick()
        world.engine.run_until_idle()
        before = database.rows("SELECT * FROM runs ORDER BY run_id")
        world.engine.advance(3_600)
        seed_overdue(database)
        for exchange in list(world.engine.exchanges):
            world.engine.redeliver(exchange)
        assert database.rows("SELECT * FROM runs WHERE run_id <> 'old' ORDER BY run_id") == before
        assert database.value("SELECT status FROM jobs WHERE dedupe_key = 'due'") == "pending"

    def test_a_backlog_of_ticks_is_worked_once(self, world: World, database: Database) -> None:
        """Failure L24: the engine was away for three ticks; the newest works, the others end at once."""
        seed_overdue(database)
        world.engine.hold()
        for _ in range(3):
            world.engine.send([world.event(PROCESS)])
            world.engine.advance(60)
        world.engine.release()
        world.engine.run_until_idle()
        assert sorted(status for (status,) in world.rows("status")) == [
            "succeeded",
            "superseded",
            "superseded",
        ]
        assert world.database.rows("SELECT DISTINCT state FROM dispatch_lines") == [("covered",)]


class TestRedeploy:
    def test_between_steps_goes_on(self, make_world: MakeWorld, database: Database) -> None:
        old = make_world(BACKGROUND_JOB_CRON_LIMIT="5")
        new = make_world(clock=old.clock, BACKGROUND_JOB_CRON_LIMIT="5")
        database.run(
            "INSERT INTO jobs (kind, status) SELECT 'system.noop', 'pending' FROM generate_series(1, 13)"
        )
        old.engine.send([old.event(PROCESS)])
        old.engine.deliver_next()
        old.engine.deploy(new.app.test_client)
        old.engine.run_until_idle()
        assert database.rows("SELECT status, attempt, count(*) FROM jobs GROUP BY 1, 2") == [
            ("succeeded", 1, 13)
        ]
        assert old.rows("status, (summary ->> 'succeeded')::int") == [("succeeded", 13)]


class TestConcurrency:
    def test_maintenance_runs_one_at_a_time(self, world: World) -> None:
        for key in ("a", "b"):
            world.engine.send([world.event(MAINTENANCE, dispatchKey=key)])
        assert world.engine.deliver_together(2) == 1
