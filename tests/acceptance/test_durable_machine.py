"""Ticks, deliveries, faults and clocks in any order: whatever happens, the laws of runs hold (design §11)."""

import json
from contextlib import ExitStack, suppress
from datetime import timedelta
from typing import Any

import redis
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from dev.engine.clock import EngineClock
from dev.engine.faults import (
    LOGIN_PAGE,
    AnswerInstead,
    AppDied,
    DeliverConcurrently,
    DeliverTwice,
    LoseAnswer,
    LoseRequest,
)
from dev.engine.run import EngineRun, RunStatus
from lib.errors import StoreError, StoreUnavailable
from lib.services import Services
from lib.status.run_status import RunSource
from lib.store.lease import LeaseHeld
from lib.ticks.inline import every_as, work_inline
from lib.work.responsibilities import RESPONSIBILITIES
from tests.conftest import Database
from tests.durable import durable_world
from tests.outage import Cut, Outage, with_outage

FAULTS = [
    LoseRequest(),
    LoseRequest(times=4),
    LoseAnswer(),
    LoseAnswer(times=2),
    DeliverTwice(times=2),
    DeliverConcurrently(),
    AnswerInstead(answer=LOGIN_PAGE),
]
WAYS = [(StoreUnavailable(), False), (StoreUnavailable(), True), (AppDied(), False), (AppDied(), True)]
"""How a transaction ends badly: what its caller sees, and whether it has its effect."""


class DurableMachine(RuleBasedStateMachine):
    """One app, its stores and the engine."""

    environ: dict[str, str]
    database: Database
    cache: "redis.Redis"

    def __init__(self) -> None:
        super().__init__()
        self.database.reset()
        self.cache.flushdb()
        self.outage: Outage
        self.behind = 0
        """Seconds that the database's clock is behind the engine's."""
        self.ended: dict[tuple[str, str], tuple[Any, ...]] = {}
        """The rows of runs that were closed, as they were first seen."""
        self.blobs: dict[str, dict[str, Any]] = {}
        clock = EngineClock.at_wall_time()
        clock.on_advance(lambda _: self.set_clock())
        self.stack = ExitStack()
        self.world = self.stack.enter_context(
            durable_world(
                self.environ,
                self.database,
                settings={"BACKGROUND_JOB_CRON_LIMIT": "2", "BACKGROUND_JOBS_MAX_DRAIN_STEPS": "3"},
                clock=clock,
                change=self.with_outage,
            )
        )
        self.engine = self.world.engine

    def with_outage(self, services: Services) -> Services:
        changed, self.outage = with_outage(services)
        return changed

    def set_clock(self) -> None:
        self.database.shift_clock(timedelta(seconds=self.world.clock.monotonic() - self.behind))

    # -- what happens

    @initialize(jobs=st.integers(1, 5))
    def begin(self, jobs: int) -> None:
        self.tick(jobs)

    @rule(jobs=st.integers(0, 5))
    def tick(self, jobs: int) -> None:
        self.database.run(
            "INSERT INTO jobs (kind, status) SELECT 'system.noop', 'pending' FROM generate_series(1, %s)",
            jobs,
        )
        self.world.tick()

    @rule(most=st.integers(1, 3))
    def deliver(self, most: int) -> None:
        self.engine.deliver_together(most)

    @rule(seconds=st.sampled_from([0, 0, 60, 400]))
    def go_on(self, seconds: int) -> None:
        self.engine.run_until_idle(max_seconds=seconds)

    @precondition(lambda self: self.engine.exchanges)
    @rule(which=st.integers(0, 1000))
    def deliver_an_old_one_again(self, which: int) -> None:
        self.engine.redeliver(self.engine.exchanges[which % len(self.engine.exchanges)])

    @rule()
    def work_inline(self) -> None:
        with suppress(LeaseHeld, StoreError, AppDied):
            work_inline(
                self.world.services,
                sources=every_as(RunSource.INLINE_FALLBACK),
                dispatch_key="k",
                budget_ms=60_000,
            )

    @rule(fault=st.sampled_from(FAULTS))
    def go_wrong(self, fault: Any) -> None:
        self.engine.faults.add(fault)

    @rule(transaction=st.integers(1, 12), way=st.sampled_from(WAYS))
    def cut(self, transaction: int, way: tuple[BaseException, bool]) -> None:
        error, committed = way
        self.outage.cut(Cut(transaction=transaction, committed=committed, error=error))

    @rule(seconds=st.sampled_from([1, 20, 61, 400, 1000]))
    def advance(self, seconds: int) -> None:
        self.engine.advance(seconds)

    @rule(seconds=st.sampled_from([0, 5, 90]))
    def set_the_databases_clock_back(self, seconds: int) -> None:
        self.behind = seconds
        self.set_clock()

    @rule()
    def give_up_what_runs(self) -> None:
        """As the watchdog does."""
        self.database.run(
            "UPDATE runs SET status = 'abandoned', finished_at = greatest(everytick_now(), started_at),"
            " retry_at = NULL WHERE status = 'running'"
        )

    @rule()
    def flush_the_cache(self) -> None:
        self.cache.flushdb()
        self.blobs.clear()

    # -- what holds

    @invariant()
    def a_run_has_one_row(self) -> None:
        known = {run.run_id for run in self.engine.runs}
        rows = self.database.rows("SELECT run_id FROM runs WHERE source = 'inngest'")
        assert {run_id for (run_id,) in rows} <= known

    @invariant()
    def a_closed_row_stays(self) -> None:
        """But for an abandoned one, which may succeed, once."""
        rows = self.database.rows("SELECT job_name, run_id, status, runs FROM runs WHERE status <> 'running'")
        found = {(row[0], row[1]): row[2:] for row in rows}
        for key, (status, row) in self.ended.items():
            if status != "abandoned":
                assert found[key] == (status, row)
            else:
                assert found[key][0] in ("abandoned", "succeeded")
        self.ended = found

    @invariant()
    def no_blob_is_older_than_one_before(self) -> None:
        for name in (responsibility.job_name for responsibility in RESPONSIBILITIES):
            kept = self.cache.get(f"job:v1:global:{name}")
            if kept is None:
                continue
            blob: dict[str, Any] = json.loads(str(kept))
            before = self.blobs.get(name, blob)
            assert blob["startedAt"] >= before["startedAt"]
            if blob["startedAt"] == before["startedAt"] and blob["status"] == "running":
                assert before["status"] == "running"
            self.blobs[name] = blob

    def teardown(self) -> None:
        with self.stack:
            self.come_to_rest()
            self.everything_is_done()

    def come_to_rest(self) -> None:
        """All is well again, and ticks come: six jobs' worth each, the second when no lease is left."""
        self.engine.faults.clear()
        self.outage.cut(Cut(transaction=0, committed=False, error=StoreUnavailable()))
        self.behind = 0
        left = self.database.value("SELECT count(*) FROM jobs WHERE status <> 'succeeded'")
        for _ in range(2 + left // 6):
            self.engine.advance(120)
            self.engine.run_until_idle()
            self.world.tick()
            self.engine.run_until_idle()
            self.a_closed_row_stays()
            self.no_blob_is_older_than_one_before()

    def everything_is_done(self) -> None:
        assert self.database.rows("SELECT DISTINCT status, attempt FROM jobs") in ([], [("succeeded", 1)])
        assert self.database.rows("SELECT DISTINCT state FROM dispatch_lines") == [("covered",)]
        assert {blob["status"] for blob in self.blobs.values()} == {"succeeded"}
        running = {
            run_id for (run_id,) in self.database.rows("SELECT run_id FROM runs WHERE status = 'running'")
        }
        for run in self.engine.runs:
            if run.status is RunStatus.COMPLETED and not _fenced(run):
                assert run.result["runId"] not in running


def _fenced(run: EngineRun) -> bool:
    """Whether another call of the run owned it at the end."""
    return "finishedAt" in run.result and run.result["finishedAt"] is None


def test_durable_runs(environ: dict[str, str], database: Database, cache: "redis.Redis") -> None:
    machine = type("Machine", (DurableMachine,), {"environ": environ, "database": database, "cache": cache})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=14,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
