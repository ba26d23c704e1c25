from collections.abc import Callable
from typing import Any

import pytest

from tests.engine.canned_app import Canned, broken, done, failure_function, function, op, ops, ran, step_id
from tests.engine.conftest import Stage
from tests.engine.run import RunStatus

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

    def test_during_a_request(self, stage: MakeStage) -> None:
        """The request ends, and its answer leads to nothing."""

        def answer(_body: dict[str, Any]) -> Canned:
            s.engine.cancel(s.run.run_id)
            return ops(ran("a"))

        s: Stage = stage(answer)
        s.engine.send([EVENT])
        s.engine.run_until_idle()
        assert (s.run.status, s.run.requests, s.run.executed_steps) == (RunStatus.CANCELLED, 1, 0)


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
