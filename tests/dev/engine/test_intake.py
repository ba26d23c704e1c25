from collections.abc import Callable
from typing import Any

import pytest

from dev.engine.run import RunStatus
from tests.dev.engine.canned_app import (
    Canned,
    broken,
    done,
    failure_function,
    function,
    op,
    ops,
    ran,
    step_id,
)
from tests.dev.engine.conftest import Stage

MakeStage = Callable[..., Stage]
EVENT = {"name": "e", "data": {"x": 1}}


class TestCancellation:
    CANCELS = function(cancel=[{"event": "stop", "if": "event.data.x == async.data.x"}])

    def test_by_event(self, stage: MakeStage) -> None:
        """The event that fits cancels what is under way; no failure function runs."""
        s = stage([broken()], self.CANCELS, failure_function())
        s.engine.send([EVENT])
        s.engine.deliver_next()
        s.engine.send([{"name": "stop", "data": {"x": 1}}])
        assert (s.engine.run_until_idle(), s.statuses()) == (0, ["cancelled"])

    @pytest.mark.parametrize(
        "event",
        [
            pytest.param({"name": "stop", "data": {"x": 2}}, id="expression is false"),
            pytest.param({"name": "stop", "data": {}}, id="field is missing"),
            pytest.param({"name": "stop", "data": {"x": 1}, "ts": 1}, id="older than the run"),
            pytest.param({"name": "other", "data": {"x": 1}}, id="another event"),
        ],
    )
    def test_not_by_another(self, stage: MakeStage, event: dict[str, object]) -> None:
        s = stage([done()], self.CANCELS)
        s.engine.send([EVENT, event])
        s.engine.run_until_idle()
        assert RunStatus.COMPLETED is s.run.status

    @pytest.mark.parametrize(
        "answer", [ops(ran("a")), done("end"), broken()], ids=["progress", "completed", "failed"]
    )
    def test_during_a_request(self, stage: MakeStage, answer: Canned) -> None:
        """The request ends, and its answer leads to nothing."""

        def cancelled(_body: dict[str, Any]) -> Canned:
            s.engine.cancel(s.run.run_id)
            return answer

        s: Stage = stage(cancelled, function(), failure_function())
        s.engine.send([EVENT])
        s.engine.run_until_idle()
        run = s.run
        assert (run.status, run.requests, run.executed_steps) == (RunStatus.CANCELLED, 1, 0)

    @pytest.mark.parametrize(("seconds", "status"), [(60, "cancelled"), (61, "running")])
    def test_validity(self, stage: MakeStage, seconds: int, status: str) -> None:
        """Counted from the run's start."""
        s = stage([broken()], function(cancel=[{"event": "stop", "timeout": "1m"}]))
        s.engine.send([EVENT])
        s.engine.deliver_next()
        s.engine.advance(seconds)
        s.engine.send([{"name": "stop"}])
        assert s.statuses() == [status]

    def test_of_a_waiting_run(self, stage: MakeStage) -> None:
        """It waits no longer: the event that would have ended the wait wakes nobody."""
        s = stage([ops(op("WaitForEvent", "w", name="go", opts={"timeout": "5m"}))])
        s.engine.send([EVENT])
        s.engine.deliver_next()
        s.engine.cancel(s.run.run_id)
        s.engine.send([{"name": "go"}])
        assert (s.engine.run_until_idle(), s.statuses()) == (0, ["cancelled"])


class TestWaitForEvent:
    WAIT = op("WaitForEvent", "w", name="go", opts={"timeout": "5m", "if": "event.data.x == async.data.x"})

    def test_met(self, stage: MakeStage) -> None:
        """The event that fits is the memo, not wrapped."""
        s = stage([ops(self.WAIT), done()])
        s.engine.send([EVENT])
        s.engine.deliver_next()
        s.engine.send([{"name": "go", "data": {"x": 2}}, {"name": "go", "data": {"x": 1}, "id": "fits"}])
        s.engine.run_until_idle()
        (memo,) = s.canned.bodies[1]["steps"].values()
        assert (memo["id"], s.seconds()) == ("fits", [0, 0])

    def test_timed_out(self, stage: MakeStage) -> None:
        s = stage([ops(self.WAIT), done()])
        s.engine.send([EVENT])
        s.engine.run_until_idle()
        assert ([0, 300], {step_id("w"): None}) == (s.seconds(), s.canned.bodies[1]["steps"])

    def test_once(self, stage: MakeStage) -> None:
        """A second event that fits, and the time that the wait would have ended, change nothing."""
        s = stage([ops(self.WAIT), broken(), done()], function(retries=9))
        s.engine.send([EVENT])
        s.engine.deliver_next()
        fits = {"name": "go", "data": {"x": 1}}
        s.engine.send([{**fits, "id": "first"}, {**fits, "id": "second"}])
        s.engine.deliver_next()
        s.engine.advance(600)
        s.engine.run_until_idle()
        (memo,) = s.canned.bodies[-1]["steps"].values()
        assert (memo["id"], len(s.canned.bodies)) == ("first", 3)
