"""Whole runs of the two functions when their work fails, is held up, or comes too late."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import redis

from dev.engine.run import RunStatus
from lib.single_flight import single_flight
from lib.status.run_status import RunSource
from lib.store.lease import LeaseName
from lib.ticks.inline import every_as, work_inline
from lib.work.responsibilities import MAINTENANCE, PROCESS
from tests.acceptance.scenario import OUTCOME, outcome, seed_overdue
from tests.conftest import Database
from tests.durable import World

Broken = Callable[[str], AbstractContextManager[None]]


def blob(cache: "redis.Redis", job_name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(str(cache.get(f"job:v1:global:{job_name}")))
    return found


def fail_twice(world: World, broken: Broken, table: str) -> None:
    """Deliver the first two attempts of what is due while `table` is away."""
    with broken(table):
        for _ in range(2):
            world.engine.run_until_idle(max_seconds=0)
            world.engine.advance(60)


class TestStepThatFailsTwice:
    def test_one_row_that_succeeded(self, world: World, broken: Broken, cache: "redis.Redis") -> None:
        """Failure L1: no phantom rows; the attempt is the highest that was seen."""
        world.engine.send([world.event(PROCESS)])
        fail_twice(world, broken, "jobs")
        assert world.rows("status, attempt, retry_at > everytick_now()") == [("running", 1, False)]
        assert blob(cache, PROCESS.job_name)["status"] == "running"
        world.engine.run_until_idle()
        assert world.rows("status, attempt, retry_at, error") == [("succeeded", 2, None, None)]
        assert world.steps() == [("drain", "StepError"), ("drain", "StepError"), ("drain", "StepRun")]
        assert (blob(cache, PROCESS.job_name)["status"], blob(cache, PROCESS.job_name)["attempt"]) == (
            "succeeded",
            2,
        )


class TestStepThatFailsForGood:
    def test_is_closed_by_the_failure_function(
        self, world: World, broken: Broken, cache: "redis.Redis"
    ) -> None:
        """Failure L1: what gives up leaves no row running either."""
        world.engine.send([world.event(PROCESS)])
        with broken("jobs"):
            world.engine.run_until_idle()
        assert world.rows("status, attempt, retry_at") == [("failed", 5, None)]
        ((error,),) = world.rows("error")
        assert error.startswith("StepBroken: UndefinedTable: ")
        assert world.steps()[-1] == ("drain", "StepFailed")
        told = blob(cache, PROCESS.job_name)
        assert (told["status"], told["lastError"]) == ("failed", error)
        assert world.database.rows("SELECT state FROM dispatch_lines") == [("failed",)]
        assert [run.status for run in world.engine.runs] == [RunStatus.FAILED, RunStatus.COMPLETED]

    def test_the_next_tick_is_unaffected(
        self, world: World, broken: Broken, database: Database, cache: "redis.Redis"
    ) -> None:
        world.engine.send([world.event(PROCESS)])
        with broken("jobs"):
            world.engine.run_until_idle()
        seed_overdue(database)
        world.engine.advance(60)
        world.tick()
        world.engine.run_until_idle()
        assert outcome(database) == OUTCOME
        assert [status for (status,) in world.rows("status")] == ["failed", "succeeded"]
        assert blob(cache, PROCESS.job_name)["status"] == "succeeded"

    def test_tells_the_engine_no_secret(self, world: World, database: Database) -> None:
        """What a step raises is shown in Inngest's dashboard."""
        secret = world.services.settings.cron_secret
        assert secret is not None
        seed_overdue(database)
        database.run(
            "CREATE FUNCTION leak() RETURNS trigger LANGUAGE plpgsql AS"
            f" 'BEGIN RAISE EXCEPTION ''{secret.get_secret_value()}''; END'"
        )
        database.run("CREATE TRIGGER leak BEFORE UPDATE ON jobs FOR EACH ROW EXECUTE FUNCTION leak()")
        try:
            world.engine.send([world.event(PROCESS)])
            world.engine.run_until_idle()
        finally:
            database.run("DROP FUNCTION leak CASCADE")
        answers = json.dumps([exchange.answer_body() for exchange in world.engine.exchanges])
        assert "[redacted]" in answers
        assert secret.get_secret_value() not in answers
        assert secret.get_secret_value() not in str(world.rows("error, summary"))


class TestFailedItem:
    """Isolated inside the one step; only what failed gets a step of its own (design §6)."""

    def test_is_tried_again_alone(self, world: World, broken: Broken, database: Database) -> None:
        seed_overdue(database)
        world.engine.send([world.event(MAINTENANCE)])
        fail_twice(world, broken, "lead_memory_entries")
        world.engine.run_until_idle()
        assert world.steps() == [
            ("maintain", "StepRun"),
            ("maintain-leadMemory", "StepError"),
            ("maintain-leadMemory", "StepError"),
            ("maintain-leadMemory", "StepRun"),
            ("close", "StepRun"),
        ]
        ((status, summary, error),) = world.rows("status, summary, error", MAINTENANCE)
        assert (status, error, summary["status"]) == ("succeeded", None, "succeeded")
        assert summary["items"]["leadMemory"]["ok"]
        assert (
            database.rows("SELECT content FROM lead_memory_entries ORDER BY 1")
            == OUTCOME["lead_memory_entries"]
        )

    def test_given_up_is_reported_and_the_rest_stands(
        self, world: World, broken: Broken, database: Database, cache: "redis.Redis"
    ) -> None:
        """Failure L15: degraded, with the item and its error; never a success."""
        seed_overdue(database)
        world.engine.send([world.event(MAINTENANCE)])
        with broken("lead_memory_entries"):
            world.engine.run_until_idle()
        ((status, summary, error),) = world.rows("status, summary, error", MAINTENANCE)
        assert (status, summary["status"]) == ("degraded", "degraded")
        assert error.startswith("leadMemory: ")
        assert [name for name, item in summary["items"].items() if not item["ok"]] == ["leadMemory"]
        told = blob(cache, MAINTENANCE.job_name)
        assert (told["status"], told["lastError"]) == ("succeeded", error)
        found = outcome(database)
        assert {name for name in OUTCOME if found[name] != OUTCOME[name]} == {"jobs", "lead_memory_entries"}
        (run,) = world.engine.runs
        assert (run.status, run.result["status"]) == (RunStatus.COMPLETED, "degraded")


class TestLeaseHeld:
    def test_maintenance_waits_for_its_end_and_closes_nothing(self, world: World) -> None:
        """Design §6, failure L5: `RetryAfterError` until the end of the live holder's lease."""
        world.engine.send([world.event(MAINTENANCE)])
        with single_flight(world.services, LeaseName.MAINTENANCE):
            world.engine.run_until_idle(max_seconds=0)
            (exchange,) = world.engine.exchanges
            assert exchange.answer is not None
            assert exchange.answer.status == 500
            assert "retry-after" in exchange.answer.headers
            assert world.rows("status, retry_at > everytick_now()", MAINTENANCE) == [("running", True)]
        world.engine.run_until_idle()
        assert world.rows("status, attempt", MAINTENANCE) == [("succeeded", 1)]
        waited = world.engine.exchanges[1].at - world.engine.exchanges[0].at
        assert 50 <= waited.total_seconds() <= 61

    def test_processing_goes_on_beside_inline_work(self, world: World, database: Database) -> None:
        """Its jobs have leases of their own."""
        seed_overdue(database)
        world.engine.send([world.event(PROCESS)])
        with single_flight(world.services, LeaseName.INLINE):
            world.engine.run_until_idle(max_seconds=0)
        assert world.rows("status") == [("succeeded",)]


class TestLateAcceptance:
    def test_finds_itself_superseded(self, world: World, database: Database, cache: "redis.Redis") -> None:
        """The tick fell back and did the work; both events were accepted all the same."""
        seed_overdue(database)
        world.tick()
        work_inline(
            world.services, sources=every_as(RunSource.INLINE_FALLBACK), dispatch_key="k", budget_ms=60_000
        )
        blobs = [cache.get(f"job:v1:global:{r.job_name}") for r in (PROCESS, MAINTENANCE)]
        world.engine.run_until_idle()
        assert {(run.result["status"], run.result["reason"]) for run in world.engine.runs} == {
            ("superseded", "covered")
        }
        assert [cache.get(f"job:v1:global:{r.job_name}") for r in (PROCESS, MAINTENANCE)] == blobs
        assert outcome(database) == OUTCOME
        assert world.rows("source, status") == [("inline-fallback", "succeeded"), ("inngest", "superseded")]

    def test_inline_work_that_began_before_the_tick_covers_nothing(
        self, world: World, database: Database
    ) -> None:
        """What came into the queue between its start and the tick is still done."""
        work_inline(world.services, sources=every_as(RunSource.INLINE), dispatch_key="k", budget_ms=60_000)
        seed_overdue(database)
        world.engine.advance(1)
        world.tick()
        world.engine.run_until_idle()
        assert outcome(database) == OUTCOME


class TestTimeOut:
    def test_a_run_that_is_cancelled_tells_nobody(self, world: World, broken: Broken) -> None:
        """Failure L22: the engine calls no failure function then; the row is left to the watchdog."""
        world.engine.send([world.event(PROCESS)])
        with broken("jobs"):
            world.engine.run_until_idle(max_seconds=0)
            world.engine.hold()
            world.engine.advance(1_801)
            world.engine.release()
            world.engine.run_until_idle()
        assert [run.status for run in world.engine.runs] == [RunStatus.CANCELLED]
        assert world.rows("status") == [("running",)]
        world.engine.send([world.event(PROCESS)])
        world.engine.run_until_idle()
        assert [status for (status,) in world.rows("status")] == ["running", "succeeded"]
