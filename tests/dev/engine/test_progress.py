import random
from collections import defaultdict
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from dev.engine.clock import EngineClock
from dev.engine.engine import Engine
from dev.engine.faults import DeliverTwice, LoseAnswer, LoseRequest, Where
from dev.engine.program import DELAYS, Group, Nap, Program
from dev.engine.run import RunStatus
from tests.dev.engine.canned_app import KEY, CannedApp, function

START = datetime(2026, 11, 23, 19, 50, tzinfo=UTC)
GROUPS = st.builds(Group, failures=st.lists(st.integers(0, 3), min_size=1, max_size=3).map(tuple))
PARTS = st.lists(GROUPS | st.builds(Nap, seconds=st.integers(1, 3600)), max_size=4)
RETRIES = st.integers(0, 3)
SEEDS = st.integers(0, 1000)


def played(parts: list[Group | Nap], retries: int, seed: int) -> tuple[Engine, Program]:
    """An executor with one run of the program; `seed` decides the order of what is due together."""
    clock, order = EngineClock(START), random.Random(seed)
    program = Program(parts, max_attempts=retries + 1, clock=clock)
    engine = Engine(
        CannedApp(program.answer, KEY).app.test_client,
        clock=clock,
        signing_key=KEY,
        chance=random.Random(1),
        delays=DELAYS,
        choose=order.choice,
    )
    engine.register_configs([function(retries=retries)])
    engine.send([{"name": "e"}])
    return engine, program


class TestAnyProgram:
    @given(PARTS, RETRIES, SEEDS)
    def test_outcome(self, parts: list[Group | Nap], retries: int, seed: int) -> None:
        """Law: each step runs as often as its failures and retries say, in any order.

        The run takes the time that these take, and the bill counts just that.
        """
        engine, program = played(parts, retries, seed)
        engine.run_until_idle()
        (run,), expected = engine.runs, program.expected()
        assert (run.status is RunStatus.COMPLETED) is expected.completed
        assert dict(program.executed) == expected.executions
        assert (run.ended_at or START) - (run.started_at or START) == timedelta(seconds=expected.seconds)
        assert engine.bill().steps == sum(expected.executions.values()) + expected.naps

    @given(PARTS, RETRIES, SEEDS)
    def test_requests(self, parts: list[Group | Nap], retries: int, seed: int) -> None:
        """Law: memos only grow, the stack names just them, and each job's attempts count up from 0."""
        engine, _ = played(parts, retries, seed)
        engine.run_until_idle()
        attempts: defaultdict[str, list[int]] = defaultdict(list)
        for exchange in engine.exchanges:
            body = exchange.request.body
            attempts[body["ctx"]["job_id"]].append(body["ctx"]["attempt"])
            stack = body["ctx"]["stack"]
            assert sorted(stack["stack"]) == sorted(body["steps"])
            assert 0 <= stack["current"] <= len(stack["stack"])
        assert all(seen == list(range(len(seen))) for seen in attempts.values())
        sizes = [len(exchange.request.body["steps"]) for exchange in engine.exchanges]
        assert sizes == sorted(sizes)

    @given(PARTS, SEEDS, st.integers(1, 6), st.sampled_from([LoseAnswer, LoseRequest, DeliverTwice]))
    def test_one_fault(
        self,
        parts: list[Group | Nap],
        seed: int,
        number: int,
        fault: type[LoseAnswer | LoseRequest | DeliverTwice],
    ) -> None:
        """Law: with a retry to spare, one lost or doubled request changes no outcome.

        At most one step runs once more for it.
        """
        engine, program = played(parts, 4, seed)
        engine.faults.add(fault(where=Where(number=number)))
        engine.run_until_idle()
        (run,), expected = engine.runs, program.expected()
        more = sum(program.executed.values()) - sum(expected.executions.values())
        assert run.status is RunStatus.COMPLETED
        assert program.executed.keys() == expected.executions.keys()
        assert more <= 1
