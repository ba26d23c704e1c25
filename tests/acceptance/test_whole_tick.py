"""A tick from the cron route through the event API and the engine into both functions, and back."""

from collections.abc import Iterator
from typing import Any

import pytest

from dev.engine.run import RunStatus
from lib.work.responsibilities import MAINTENANCE, PROCESS
from tests.acceptance.scenario import OUTCOME, outcome, seed_overdue
from tests.conftest import Database
from tests.durable import Relay, World, call_cron, self_hosted_world


@pytest.fixture
def relay() -> Relay:
    return Relay()


@pytest.fixture
def world(environ: dict[str, str], database: Database, relay: Relay) -> Iterator[World]:
    """A production app on an Inngest server of its own, which is the executor."""
    with self_hosted_world(environ, database, relay=relay) as made:
        at_window_start(made)
        yield made


def at_window_start(world: World) -> None:
    """Move on to the beginning of the next window, so that what follows stays in one."""
    past: float = world.database.value("SELECT mod(extract(epoch FROM everytick_now()), 60)::float8")
    world.engine.advance(60 - past + 0.001)


def tick(world: World) -> tuple[int, dict[str, Any]]:
    return call_cron(world.app)


def ledger(world: World) -> list[tuple[Any, ...]]:
    return world.database.rows(
        "SELECT d.mode, d.state, d.generation, l.job_name, l.state FROM dispatches d JOIN dispatch_lines l"
        " USING (dispatch_key) WHERE dispatch_key <> 'old' ORDER BY first_tick_at, l.job_name"
    )


class TestHandedOver:
    def test_does_the_work_of_an_inline_tick(self, world: World, database: Database) -> None:
        seed_overdue(database)
        status, body = tick(world)
        assert (status, body["mode"], body["enqueued"], body["degraded"]) == (202, "inngest", True, False)
        assert outcome(database) != OUTCOME
        world.engine.run_until_idle()
        assert outcome(database) == OUTCOME
        assert [run.status for run in world.engine.runs] == [RunStatus.COMPLETED] * 2
        assert ledger(world) == [
            ("inngest", "accepted", 0, "background-maintenance", "covered"),
            ("inngest", "accepted", 0, "process-background-jobs", "covered"),
        ]

    def test_each_line_names_its_run(self, world: World) -> None:
        tick(world)
        world.engine.run_until_idle()
        for responsibility in (PROCESS, MAINTENANCE):
            (run,) = world.runs_of(responsibility)
            assert world.database.rows(
                "SELECT run_id, event_id FROM dispatch_lines WHERE job_name = %s", responsibility.job_name
            ) == [(run.run_id, run.event["id"])]

    def test_a_second_call_in_the_window_is_a_duplicate(self, world: World) -> None:
        tick(world)
        status, body = tick(world)
        assert (status, body["mode"], body["enqueued"]) == (202, "duplicate", False)
        world.engine.run_until_idle()
        assert len(world.engine.runs) == 2

    def test_an_hour_of_ticks(self, world: World) -> None:
        """Each window is dispatched once, executed once, covered; an idle one costs four executions."""
        for _ in range(60):
            assert tick(world)[0] == 202
            world.engine.run_until_idle()
            world.engine.advance(60)
        assert {row[-1] for row in ledger(world)} == {"covered"}
        assert world.database.rows("SELECT status, count(*) FROM runs GROUP BY 1") == [("succeeded", 120)]
        assert world.engine.bill().executions == 240

    def test_the_engine_may_be_faster_than_the_tick(self, world: World, relay: Relay) -> None:
        """Runs that end before the tick has noted their acceptance keep their lines covered."""
        relay.eager = True
        assert tick(world)[1]["mode"] == "inngest"
        assert {row[1:2] + row[-1:] for row in ledger(world)} == {("accepted", "covered")}

    def test_work_of_the_next_window_covers_an_older_one(self, world: World, database: Database) -> None:
        """The engine was slow for two windows: one execution covers them all."""
        seed_overdue(database)
        for _ in range(3):
            tick(world)
            world.engine.advance(60)
        world.engine.run_until_idle()
        assert outcome(database) == OUTCOME
        assert {row[-1] for row in ledger(world)} == {"covered"}
        assert (
            sorted(run.result["status"] for run in world.engine.runs)
            == ["succeeded"] * 2 + ["superseded"] * 4
        )


class TestCanary:
    def test_a_share_of_the_windows_goes_through_inngest(
        self, environ: dict[str, str], database: Database
    ) -> None:
        """The others work inline; the ledger keeps what decided, and every tick is done either way."""
        settings = {"BACKGROUND_JOBS_INNGEST_PERCENT": "25"}
        with self_hosted_world(environ, database, settings=settings) as world:
            modes = []
            for _ in range(40):
                status, body = tick(world)
                modes.append((status, body["mode"], body["reason"], body["degraded"]))
                world.engine.run_until_idle()
                world.engine.advance(60)
        assert set(modes) == {
            (202, "inngest", "enabled", False),
            (200, "inline", "outside_canary", False),
        }
        assert 9 <= sum(mode[1] == "inngest" for mode in modes) <= 11
        assert database.rows("SELECT DISTINCT facts -> 'percent' FROM dispatches") == [(25,)]
        assert database.rows("SELECT job_name, status, count(*) FROM runs GROUP BY 1, 2 ORDER BY 1") == [
            ("background-maintenance", "succeeded", 40),
            ("process-background-jobs", "succeeded", 40),
        ]


class TestRollBack:
    def test_acts_on_the_next_call_of_a_dispatched_window(self, world: World, database: Database) -> None:
        seed_overdue(database)
        tick(world)
        database.run(
            "INSERT INTO controls (name, value, actor, reason)"
            " VALUES ('dispatch.mode', '\"inline\"', 'op', 'why')"
        )
        status, body = tick(world)
        assert (status, body["mode"], body["reason"]) == (200, "inline", "control_inline")
        assert outcome(database) == OUTCOME
        world.engine.run_until_idle()
        assert {run.result["status"] for run in world.engine.runs} == {"superseded"}
        assert outcome(database) == OUTCOME


class TestReadiness:
    """`/api/health/ready` on Inngest: accepted is not executed (design §4, failure D3)."""

    def verdict(self, world: World) -> str:
        answer = world.app.test_client().get("/api/health/ready")
        assert (answer.status_code, answer.get_json()["ready"]) == (200, True)
        found: str = answer.get_json()["checks"]["inngest"]["verdict"]
        return found

    def test_ready_once_an_accepted_tick_was_executed(self, world: World) -> None:
        tick(world)
        assert self.verdict(world) == "unproven"
        world.engine.run_until_idle()
        world.engine.advance(10)
        assert self.verdict(world) == "ready"
        world.engine.advance(900)
        assert self.verdict(world) == "unproven"

    def test_not_by_one_function_alone(self, world: World) -> None:
        """The other may never have been registered."""
        world.engine.hold("everytick-background-maintenance")
        tick(world)
        world.engine.run_until_idle()
        assert self.verdict(world) == "unproven"

    def test_not_by_inline_work(self, world: World, database: Database) -> None:
        tick(world)
        database.run(
            "INSERT INTO controls (name, value, actor, reason)"
            " VALUES ('dispatch.mode', '\"inline\"', 'op', 'why')"
        )
        tick(world)
        assert self.verdict(world) == "unproven"
