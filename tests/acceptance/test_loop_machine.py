"""Ticks, deliveries, losses, deaths, clocks and takeovers in any order: the laws of the loop (design §11)."""

import os
from contextlib import ExitStack
from typing import Any

import redis
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from dev.engine.engine import Engine
from dev.engine.faults import DeliverTwice, LoseAnswer, LoseRequest
from lib.rollout.control_store import set_control
from lib.rollout.controls import ControlName, DispatchControl
from lib.status.run_status import JobName
from lib.ticks.breaker_store import reset_breaker
from tests import seed
from tests.acceptance.fickle_relay import FORGETFUL, Answer
from tests.acceptance.loop_books import Books, kept_books
from tests.acceptance.loop_law import CoverageClock, check_answer, unsettled
from tests.acceptance.loop_world import SKEWS, loop_world
from tests.acceptance.mortal import Call, Fate, Ill, Instance, call_under
from tests.conftest import Database
from tests.durable import PREFIX, call_cron

EXAMPLES = os.environ.get("TEST_LOOP_EXAMPLES")
"""How many stories are told; unless some are asked for, the same few each time (docs/development.md)."""
STEPS = int(os.environ.get("TEST_LOOP_STEPS", "24"))
"""Of how many events each."""
INSTANCES = st.sampled_from(sorted(SKEWS))
FATES = st.builds(Fate, ill=st.sampled_from(Ill), transaction=st.integers(1, 16), committed=st.booleans())
JOBS = ["system.noop", "test.fails_once", "permanent"]
FROZEN_AT_MOST = 3


class LoopMachine(RuleBasedStateMachine):
    """Two instances, the engine, and whatever may come between them."""

    environ: dict[str, str]
    database: Database
    cache: "redis.Redis"
    books: Books

    def __init__(self) -> None:
        super().__init__()
        self.database.reset()
        self.cache.flushdb()
        self.books.begin()
        seed.lead(self.database, seed.workspace(self.database))
        self.frozen: list[Call] = []
        self.stack = ExitStack()
        self.world = self.stack.enter_context(loop_world(self.environ, self.database))
        self.coverage = CoverageClock(self.books, self.world.clock.now())

    @property
    def engine(self) -> Engine:
        return self.world.engine

    def call(self, instance: Instance, fate: Fate | None, serve: Any) -> Call:
        call = call_under(instance, fate, serve)
        if call.frozen:
            self.frozen.append(call)
        if call.struck:
            self.coverage.disturb(self.world.clock.now())
        return call

    # -- ticks

    def one_tick(self, name: str, fate: Fate | None = None) -> None:
        instance = self.world.instances[name]
        self.coverage.tick(self.world.clock.now())
        self.books.expect(self.world.windows())
        answers: list[tuple[int, dict[str, Any]]] = []
        app = instance.app
        call = self.call(instance, fate, lambda: answers.append(call_cron(app)))
        for status, body in answers:
            check_answer(status, body, disturbed=call.struck)

    @initialize(forgets=st.sampled_from([frozenset(), *FORGETFUL]))
    def begin(self, forgets: frozenset[str]) -> None:
        self.world.relay.forgets = forgets
        self.one_tick("early")

    @rule(name=INSTANCES)
    def tick(self, name: str) -> None:
        self.one_tick(name)

    @rule(name=INSTANCES, fate=FATES)
    def tick_that_goes_wrong(self, name: str, fate: Fate) -> None:
        self.one_tick(name, fate)

    @rule(names=st.lists(INSTANCES, min_size=1, max_size=8), runs=st.booleans())
    def windows(self, names: list[str], *, runs: bool) -> None:
        """A tick in each window, and the engine at work between them or not."""
        for name in names:
            self.one_tick(name)
            if runs:
                self.engine.run_until_idle(max_seconds=0)
            self.advance(60)
            self.laws_hold()

    # -- what Inngest does

    @rule(answer=st.sampled_from(Answer))
    def event_api_answers(self, answer: Answer) -> None:
        self.world.relay.answer = answer

    @rule(forgets=st.sampled_from([frozenset(), *FORGETFUL]))
    def event_api_forgets(self, forgets: frozenset[str]) -> None:
        self.world.relay.forgets = forgets

    @rule(seconds=st.sampled_from([0, 0, 30, 240, 700]))
    def event_api_delays(self, seconds: int) -> None:
        self.world.relay.delay_s = seconds

    @rule()
    def event_api_is_well(self) -> None:
        self.world.relay.be_good()

    @rule(name=INSTANCES, fate=st.none() | FATES)
    def engine_calls(self, name: str, fate: Fate | None) -> None:
        self.call(self.world.serve_engine(name), fate, self.engine.deliver_next)

    @rule(name=INSTANCES)
    def engine_calls_all(self, name: str) -> None:
        self.world.serve_engine(name)
        self.engine.run_until_idle(max_seconds=0)

    @precondition(lambda self: self.engine.exchanges)
    @rule(name=INSTANCES, which=st.integers(0, 1000), fate=st.none() | FATES)
    def engine_calls_an_old_one_again(self, name: str, which: int, fate: Fate | None) -> None:
        old = self.engine.exchanges[-1 - which % len(self.engine.exchanges)]
        self.call(self.world.serve_engine(name), fate, lambda: self.engine.redeliver(old))

    @rule(fault=st.sampled_from([LoseRequest(), LoseAnswer(), LoseAnswer(times=3), DeliverTwice()]))
    def engine_errs(self, fault: Any) -> None:
        self.engine.faults.add(fault)

    @rule(function=st.sampled_from([None, *JobName]))
    def engine_stands_still(self, function: JobName | None) -> None:
        self.engine.hold(None if function is None else f"{PREFIX}{function}")

    @rule()
    def engine_goes_on(self) -> None:
        self.engine.release()

    @precondition(lambda self: self.engine.runs)
    @rule(which=st.integers(0, 1000))
    def engine_cancels(self, which: int) -> None:
        self.engine.cancel(self.engine.runs[-1 - which % len(self.engine.runs)].run_id)

    # -- what else happens

    @rule(seconds=st.integers(1, 24).map(lambda fives: 5 * fives))
    def time_goes_by(self, seconds: int) -> None:
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        self.engine.advance(seconds)
        self.world.relay.hand_on()

    @rule(seconds=st.integers(1, 5))
    def clock_is_set_back(self, seconds: int) -> None:
        self.world.clock.set_back(seconds)
        self.coverage.disturb(self.world.clock.now())

    @precondition(lambda self: self.frozen)
    @rule(which=st.integers(0, FROZEN_AT_MOST))
    def a_frozen_call_goes_on(self, which: int) -> None:
        self.frozen.pop(which % len(self.frozen)).thaw()

    @rule(value=st.sampled_from(DispatchControl))
    def operator_sets_the_mode(self, value: DispatchControl) -> None:
        with self.world.instances["early"].services.store.transaction() as connection:
            set_control(connection, ControlName.DISPATCH_MODE, value, actor="test", reason="a rule")

    @rule(job_name=st.sampled_from(JobName))
    def operator_resets_a_breaker(self, job_name: JobName) -> None:
        with self.world.instances["early"].services.store.transaction() as connection:
            reset_breaker(connection, job_name, actor="test", reason="a rule")

    @rule(kind=st.sampled_from(JOBS), count=st.integers(1, 3))
    def jobs_come(self, kind: str, count: int) -> None:
        """Failed attempts are no ends: each of these ends once."""
        payload = '{"fail": "permanent"}' if kind == "permanent" else "{}"
        self.database.run(
            "INSERT INTO jobs (kind, status, payload) SELECT %s, 'pending', %s::jsonb"
            " FROM generate_series(1, %s)",
            "system.noop" if kind == "permanent" else kind,
            payload,
            count,
        )

    @rule()
    def cache_is_flushed(self) -> None:
        self.cache.flushdb()

    # -- what holds

    @invariant()
    def laws_hold(self) -> None:
        assert self.books.broken() == []
        assert self.books.doubled() == []
        self.coverage.check(self.world.clock.now())

    def teardown(self) -> None:
        with self.stack:
            self.all_is_well_again()
            for _ in range(8):
                self.ordinary_window(60)
            for _ in range(8):
                if not unsettled(self.database):
                    break
                self.ordinary_window(300)
            assert unsettled(self.database) == {}

    def all_is_well_again(self) -> None:
        while self.frozen:
            self.frozen.pop().thaw()
        self.engine.faults.clear()
        self.engine.release()
        self.world.relay.be_good()
        self.world.clock.set_right()
        self.operator_sets_the_mode(DispatchControl.AUTO)
        self.coverage.disturb(self.world.clock.now())

    def ordinary_window(self, seconds: int) -> None:
        self.one_tick("late")
        self.engine_calls_all("early")
        self.advance(seconds)
        self.laws_hold()


def test_loop(environ: dict[str, str], database: Database, cache: "redis.Redis") -> None:
    """Failures D3, D4, D5, L3, L4, L6 and L22 in whatever order they come."""
    with kept_books(database) as books:
        machine = type(
            "Machine",
            (LoopMachine,),
            {"environ": environ, "database": database, "cache": cache, "books": books},
        )
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=int(EXAMPLES or 12),
                derandomize=EXAMPLES is None,
                # Each event is a transaction or more: a story that breaks a law is told as it is.
                phases=[Phase.reuse, Phase.generate],
                report_multiple_bugs=False,
                print_blob=True,
                stateful_step_count=STEPS,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
