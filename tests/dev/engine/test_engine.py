import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from dev.engine.errors import BadEvent, TooManyRequests
from dev.engine.run import RunStatus
from tests.dev.engine.canned_app import Canned, broken, done, failed, function, op, ops, planned, ran, step_id
from tests.dev.engine.conftest import Stage

MakeStage = Callable[..., Stage]
EVENT = {"name": "e"}
NAMES = {step_id(name): name for name in ("a", "b")}


def one_step(body: dict[str, Any]) -> Canned:
    """A function of one step."""
    return done() if body["steps"] else ops(ran("a"))


class TestSend:
    def test_ids(self, stage: MakeStage) -> None:
        """One of the engine's own for each event, whatever its sender calls it."""
        s = stage([])
        ids = s.engine.send([{"name": "nobody's", "id": "mine"}, EVENT])
        assert ([26, 26], "mine" in ids) == ([len(one) for one in ids], False)

    def test_all_or_none(self, stage: MakeStage) -> None:
        """One bad event, and none is taken."""
        s = stage([])
        with pytest.raises(BadEvent):
            s.engine.send([EVENT, {}])
        assert s.engine.runs == []

    def test_later(self, stage: MakeStage) -> None:
        """An event whose time lies ahead starts its run then, and its wait counts from then."""
        s = stage([done()], function(timeouts={"start": "1m"}))
        s.engine.send([{**EVENT, "ts": s.clock.milliseconds() + 600_000}])
        assert s.engine.deliver_next() is None
        s.engine.run_until_idle()
        assert (s.seconds(), s.run.status) == ([600], RunStatus.COMPLETED)

    def test_another_event(self, stage: MakeStage) -> None:
        s = stage([])
        s.engine.send([{"name": "other"}])
        assert s.engine.runs == []

    def test_is_copied(self, stage: MakeStage) -> None:
        """What the sender does with the event afterwards is no matter."""
        s, data = stage([done()]), {"x": [1]}
        s.engine.send([{**EVENT, "data": data}])
        data["x"].append(2)
        s.engine.run_until_idle()
        assert s.canned.bodies[0]["event"]["data"] == {"x": [1]}


class TestInvoke:
    def test_starts_one_function(self, stage: MakeStage) -> None:
        """As the dashboard does: without the function's own event, however often."""
        s = stage([done(1), done(2)], function("f"), function("g"))
        run_ids = [s.engine.invoke("f", {"x": 1}) for _ in range(2)]
        s.engine.run_until_idle()
        assert run_ids == [run.run_id for run in s.engine.runs]
        assert (
            s.engine.runs[0].event["name"],
            s.engine.runs[0].event["data"],
        ) == ("inngest/function.invoked", {"x": 1})


class TestDrive:
    def test_one_by_one(self, stage: MakeStage) -> None:
        """`deliver_next` makes what is due now, and nothing ahead of its time."""
        s = stage([broken(), done()])
        s.engine.send([EVENT])
        first, second = s.engine.deliver_next(), s.engine.deliver_next()
        s.engine.advance(15)
        third = s.engine.deliver_next()
        assert first is not None
        assert second is None
        assert third is not None

    def test_at_most_so_far(self, stage: MakeStage) -> None:
        """The clock does not go past what was allowed."""
        s = stage([broken(), done()])
        s.engine.send([EVENT])
        assert (s.engine.run_until_idle(14), s.clock.monotonic()) == (1, 0.0)
        assert (s.engine.run_until_idle(15), s.clock.monotonic()) == (1, 15.0)

    def test_bounded(self, stage: MakeStage) -> None:
        """A run that never ends fails the test instead of holding it."""
        s = stage(lambda body: ops(ran(f"s{len(body['steps'])}")))
        s.engine.send([EVENT])
        with pytest.raises(TooManyRequests):
            s.engine.run_until_idle(max_requests=10)
        assert len(s.engine.exchanges) == 10

    def test_just_enough(self, stage: MakeStage) -> None:
        s = stage(one_step)
        s.engine.send([EVENT])
        assert s.engine.run_until_idle(max_requests=2) == 2

    def test_older_runs_first(self, stage: MakeStage) -> None:
        """What is due of the older run goes before the younger one starts."""
        s = stage(one_step)
        s.engine.send([{**EVENT, "id": "1"}, {**EVENT, "id": "2"}])
        s.engine.run_until_idle()
        assert [body["event"]["id"] for body in s.canned.bodies] == ["1", "1", "2", "2"]

    def test_chosen(self, stage: MakeStage) -> None:
        """A test may choose another order."""
        s = stage(one_step, choose=lambda items: items[-1])
        s.engine.send([{**EVENT, "id": "1"}, {**EVENT, "id": "2"}])
        s.engine.run_until_idle()
        assert [body["event"]["id"] for body in s.canned.bodies] == ["2", "2", "1", "1"]

    def test_time_passes_in_a_step(self, stage: MakeStage) -> None:
        """An app that moves the clock lets its steps last."""

        def answer(body: dict[str, Any]) -> Canned:
            s.clock.advance(7)
            return one_step(body)

        s: Stage = stage(answer)
        s.engine.send([EVENT])
        s.engine.run_until_idle()
        assert s.seconds() == [0, 7]


class TestTogether:
    def test_at_the_same_time(self, stage: MakeStage) -> None:
        """Due requests of several runs are under way together."""
        meeting = threading.Barrier(2, timeout=10)

        def answer(_body: dict[str, Any]) -> Canned:
            meeting.wait()
            return done()

        s = stage(answer)
        s.engine.send([EVENT, EVENT])
        assert (s.engine.deliver_together(), s.statuses()) == (2, ["completed", "completed"])

    def test_siblings(self, stage: MakeStage) -> None:
        """So are the steps of a parallel group."""
        meeting = threading.Barrier(2, timeout=10)

        def plan(body: dict[str, Any]) -> Canned:
            return done() if body["steps"] else ops(planned("a"), planned("b"))

        def step(body: dict[str, Any]) -> Canned:
            meeting.wait()
            return ops(ran(NAMES[body["target"]]))

        s = stage(lambda body: step(body) if body["target"] in NAMES else plan(body))
        s.engine.send([EVENT])
        s.engine.deliver_next()
        assert s.engine.deliver_together() == 2
        s.engine.run_until_idle()
        assert (s.statuses(), len(s.engine.exchanges)) == (["completed"], 4)


class TestConcurrency:
    @pytest.mark.parametrize(
        ("configuration", "together"),
        [
            pytest.param(function(), 3, id="unlimited"),
            pytest.param(function(concurrency=[{"limit": 1}]), 1, id="one"),
            pytest.param(function(concurrency=[{"limit": 2}]), 2, id="two"),
            pytest.param(
                function(concurrency=[{"limit": 1, "key": "event.data.k"}]), 2, id="one for each key"
            ),
            pytest.param(
                function(concurrency=[{"limit": 3}, {"limit": 1, "key": "event.data.k"}]), 2, id="both"
            ),
        ],
    )
    def test_under_way_together(self, stage: MakeStage, configuration: dict[str, Any], together: int) -> None:
        """Never more requests of a function at once than its limits say."""
        s = stage(lambda _: done(), configuration)
        s.engine.send([{**EVENT, "data": {"k": k}} for k in ("a", "a", "b")])
        assert together == s.engine.deliver_together(3)

    def test_sleep_holds_nothing(self, stage: MakeStage) -> None:
        """Requests count, not runs."""
        nap = op("Sleep", "nap", name="2026-11-24T00:00:00Z")
        s = stage(
            lambda body: ops(nap) if body["event"]["id"] == "1" else done(),
            function(concurrency=[{"limit": 1}]),
        )
        s.engine.send([{**EVENT, "id": "1"}, {**EVENT, "id": "2"}])
        s.engine.run_until_idle(60)
        assert s.statuses() == ["running", "completed"]


class TestBill:
    def test_idle_tick(self, stage: MakeStage) -> None:
        """Two functions of one step each: two runs and two steps."""
        s = stage(one_step, function("f"), function("g"))
        s.engine.send([EVENT])
        s.engine.run_until_idle()
        assert (s.engine.bill().runs, s.engine.bill().steps, s.engine.bill().executions) == (2, 2, 4)

    def test_each_attempt(self, stage: MakeStage) -> None:
        """A retried step is executed again; planning executes nothing."""
        answers = [ops(planned("a"), planned("b")), ops(failed("a")), ops(ran("b")), ops(ran("a")), done()]
        s = stage(answers)
        s.engine.send([EVENT])
        s.engine.run_until_idle()
        assert (s.engine.bill().runs, s.engine.bill().steps) == (1, 3)

    def test_never_called(self, stage: MakeStage) -> None:
        """A run that was never called costs nothing."""
        s = stage([])
        s.engine.hold()
        s.engine.send([EVENT])
        s.engine.run_until_idle()
        assert s.engine.bill().executions == 0


class TestRuns:
    def test_facts(self, stage: MakeStage) -> None:
        """What a test may ask of a run."""
        s = stage([broken(), done({"n": 1})])
        s.engine.send([{**EVENT, "id": "mine"}])
        s.engine.run_until_idle()
        run = s.run
        assert (
            run.function_id,
            run.event["id"],
            run.status,
            run.result,
            run.error,
            run.requests,
        ) == ("f", "mine", RunStatus.COMPLETED, {"n": 1}, None, 2)
        assert run.started_at == run.queued_at
        assert run.ended_at == run.queued_at + timedelta(seconds=15)
