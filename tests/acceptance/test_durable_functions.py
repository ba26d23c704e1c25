"""Whole runs of the two functions, called by the executor through signed HTTP: when all goes well."""

import json
from typing import Any

import pytest
import redis

from dev.engine.run import RunStatus
from lib.status.run_status import RunSource
from lib.ticks.inline import every_as, work_inline
from lib.work.responsibilities import MAINTENANCE, PROCESS, RESPONSIBILITIES, Responsibility
from tests.acceptance.scenario import OUTCOME, outcome, seed_overdue
from tests.conftest import Database
from tests.durable import PREFIX, World

DRAIN_FIELDS = {
    "releasedStale",
    "claimed",
    "processed",
    "succeeded",
    "failed",
    "retried",
    "rescheduled",
    "dead",
    "skipped",
    "remaining",
    "durationMs",
    "stoppedBecause",
}
ITEMS = {"queueHealth", "staleDrafts", "draftPipelineRuns", "leadMemory", "workspaceMemory", "ownRetention"}


class TestIdleTick:
    def test_two_runs_and_two_steps(self, world: World) -> None:
        """Steps and runs are billed: no more than this (design §6)."""
        world.tick()
        world.engine.run_until_idle()
        bill = world.engine.bill()
        assert (bill.runs, bill.steps) == (2, 2)
        assert {run.result["status"] for run in world.engine.runs} == {"succeeded"}


class TestScenario:
    def test_ends_as_inline(self, world: World, database: Database) -> None:
        """One overdue item each: the rows are those of the inline tick (failure D1)."""
        seed_overdue(database)
        world.tick()
        world.engine.run_until_idle()
        assert outcome(database) == OUTCOME
        assert [run.status for run in world.engine.runs] == [RunStatus.COMPLETED] * 2

    def test_as_recovery_will_call_it(self, world: World, database: Database) -> None:
        """Failure D1: a recovery leaves none out either."""
        seed_overdue(database)
        work_inline(
            world.services,
            sources=every_as(RunSource.INLINE_RECOVERY),
            dispatch_key="missed",
            budget_ms=60_000,
        )
        assert outcome(database) == OUTCOME

    def test_a_second_tick_finds_nothing_to_redo(self, world: World, database: Database) -> None:
        seed_overdue(database)
        for _ in range(2):
            world.tick()
            world.engine.run_until_idle()
            world.engine.advance(60)
        assert outcome(database) == OUTCOME
        assert len(world.engine.runs) == 4


class TestRecord:
    @pytest.mark.parametrize("responsibility", RESPONSIBILITIES, ids=lambda r: r.name)
    def test_row_blob_and_line(
        self, world: World, cache: "redis.Redis", responsibility: Responsibility
    ) -> None:
        world.tick()
        world.engine.run_until_idle()
        (run,) = world.runs_of(responsibility)
        assert world.rows("run_id, source, status, attempt, dispatch_key, error", responsibility) == [
            (run.run_id, "inngest", "succeeded", 0, run.event["data"]["dispatchKey"], None)
        ]
        blob = json.loads(str(cache.get(f"job:v1:global:{responsibility.job_name}")))
        assert (blob["status"], blob["source"], blob["attempt"]) == ("succeeded", "inngest", 0)
        assert world.database.rows(
            "SELECT state, run_id FROM dispatch_lines WHERE job_name = %s", responsibility.job_name
        ) == [("covered", run.run_id)]

    def test_lasts_as_long_as_the_work_not_its_replay(self, world: World) -> None:
        """Failure L2: the engine's last request comes ten minutes later and changes nothing."""
        world.engine.send([world.event(PROCESS)])
        world.engine.deliver_next()
        before = world.rows("started_at, finished_at, status")
        world.engine.advance(600)
        world.engine.run_until_idle()
        assert world.rows("started_at, finished_at, status") == before
        (run,) = world.engine.runs
        ((duration_ms,),) = world.rows("round(extract(epoch FROM finished_at - started_at) * 1000)::int")
        assert run.result["durationMs"] == duration_ms < 60_000

    def test_work_that_takes_its_time(self, world: World, database: Database) -> None:
        database.run(
            "INSERT INTO jobs (kind, status, payload) VALUES ('system.noop', 'pending', '{\"sleepMs\": 300}')"
        )
        world.engine.send([world.event(PROCESS)])
        world.engine.run_until_idle()
        (run,) = world.engine.runs
        assert run.result["durationMs"] >= 300
        assert run.result["summary"]["succeeded"] == 1

    def test_summaries_are_those_of_the_contracts(self, world: World) -> None:
        """Design §7 and §8, compact: what the dashboard shows of a run."""
        world.tick()
        world.engine.run_until_idle()
        (process,), (maintenance,) = world.runs_of(PROCESS), world.runs_of(MAINTENANCE)
        assert process.result["summary"].keys() == DRAIN_FIELDS
        assert maintenance.result["summary"]["items"].keys() == ITEMS
        assert len(json.dumps(maintenance.result)) < 2_000


class TestCallsOfNoTick:
    def test_the_dashboards_invoke_works_untracked(self, world: World, database: Database) -> None:
        seed_overdue(database)
        for responsibility in RESPONSIBILITIES:
            run_id = world.engine.invoke(f"{PREFIX}{responsibility.job_name}", {})
            world.engine.run_until_idle()
            assert world.rows("source, dispatch_key, status", responsibility) == [
                ("manual", f"manual:{run_id}", "succeeded")
            ]
        assert outcome(database) == OUTCOME
        assert database.value("SELECT count(*) FROM dispatches") == 0

    def test_an_old_event_is_a_no_op(self, world: World, database: Database) -> None:
        """Failure L24: dropped at its start, with the reason in its row."""
        seed_overdue(database)
        world.tick(requestedAt=world.instant(seconds=-901))
        world.engine.run_until_idle()
        assert {(run.result["status"], run.result["reason"]) for run in world.engine.runs} == {
            ("superseded", "expired")
        }
        assert database.value("SELECT status FROM jobs WHERE dedupe_key = 'due'") == "pending"
        assert world.rows("status, summary ->> 'reason'") == [("superseded", "expired")]

    def test_unless_forced(self, world: World, database: Database) -> None:
        """A dashboard's Replay."""
        seed_overdue(database)
        world.tick(requestedAt=world.instant(seconds=-901), force=True)
        world.engine.run_until_idle()
        assert outcome(database) == OUTCOME

    @pytest.mark.parametrize("key", [7, "", {"nested": True}, "x" * 300], ids=str)
    def test_an_event_that_cannot_be_read_works_untracked(
        self, world: World, database: Database, key: Any
    ) -> None:
        """In doubt the work is done."""
        seed_overdue(database)
        world.tick(dispatchKey=key)
        world.engine.run_until_idle()
        assert outcome(database) == OUTCOME
        assert {source for (source,) in world.rows("source")} == {"manual"}


class TestContract:
    """What the engine remembers of running runs: a change breaks those under way (design §6)."""

    def test_the_configurations(self, world: World) -> None:
        """Retries, limits, idempotency, and the time-outs that end a hung run (failure L22)."""
        found = {
            name: (
                config["steps"]["step"]["retries"]["attempts"],
                config["triggers"],
                [limit["limit"] for limit in config["concurrency"]],
                config.get("idempotency"),
                config.get("timeouts"),
            )
            for name, config in world.configurations().items()
        }
        limits = ("event.data.dispatchKey", {"start": "15m", "finish": "30m"})
        failed = "inngest/function.failed"
        process, maintenance = "everytick-process-background-jobs", "everytick-background-maintenance"
        assert found == {
            process: (5, [{"event": "background/process.requested"}], [2], *limits),
            maintenance: (3, [{"event": "background/maintenance.requested"}], [1], *limits),
            f"{process}-failure": (
                0,
                [{"event": failed, "expression": f"event.data.function_id == '{process}'"}],
                [],
                None,
                None,
            ),
            f"{maintenance}-failure": (
                0,
                [{"event": failed, "expression": f"event.data.function_id == '{maintenance}'"}],
                [],
                None,
                None,
            ),
        }

    def test_the_steps_of_an_idle_tick(self, world: World) -> None:
        world.tick()
        world.engine.run_until_idle()
        assert sorted(world.steps()) == [("drain", "StepRun"), ("maintain", "StepRun")]
