from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from dev.engine.errors import NotPlayed
from dev.engine.faults import ANYWHERE, LoseRequest
from dev.engine.run import RunStatus
from tests.dev.engine.canned_app import (
    Canned,
    broken,
    done,
    failed,
    failure_function,
    function,
    op,
    ops,
    planned,
    ran,
    step_id,
)
from tests.dev.engine.conftest import NO_JITTER, Stage

MakeStage = Callable[..., Stage]
EVENT = {"name": "e", "data": {"x": 1}}


class TestSteps:
    def test_memoised(self, stage: MakeStage) -> None:
        """A finished step's outcome goes with every later request, and each is for attempt 0."""
        s = stage([ops(ran("a", {"n": 1})), ops(ran("b", None)), done("end")])
        s.engine.send([EVENT])
        s.engine.run_until_idle()
        assert [
            {},
            {step_id("a"): {"data": {"n": 1}}},
            {step_id("a"): {"data": {"n": 1}}, step_id("b"): {"data": None}},
        ] == [body["steps"] for body in s.canned.bodies]
        assert (s.attempts(), s.run.result, s.run.status) == ([0, 0, 0], "end", RunStatus.COMPLETED)

    def test_attempt_restarts(self, stage: MakeStage) -> None:
        """Attempts count for one item: after the retried step comes attempt 0 again."""
        s = stage([ops(failed("a")), ops(failed("a")), ops(ran("a")), done()])
        s.engine.send([EVENT])
        s.engine.run_until_idle()
        assert s.attempts() == [0, 1, 2, 0]

    def test_last_attempt_of_a_step(self, stage: MakeStage) -> None:
        """An exhausted step's error becomes its memo, without the code, and the function goes on."""
        s = stage([ops(failed("a", "one")), ops(failed("a", "two", final=True)), done()], function(retries=1))
        s.engine.send([EVENT])
        s.engine.run_until_idle()
        memo = {"error": {"message": "two", "name": "ValueError", "stack": "…"}}
        assert {step_id("a"): memo} == s.canned.bodies[-1]["steps"]
        assert RunStatus.COMPLETED is s.run.status

    def test_error_at_the_last_attempt(self, stage: MakeStage) -> None:
        """The engine counts attempts itself, whatever the op is called."""
        s = stage([ops(failed("a")), done()], function(retries=0))
        s.engine.send([EVENT])
        s.engine.run_until_idle()
        assert s.attempts() == [0, 0]

    def test_final_failure(self, stage: MakeStage) -> None:
        """What the SDK calls failed is not tried again, though attempts are left."""
        s = stage([ops(failed("a", final=True)), done()])
        s.engine.send([EVENT])
        s.engine.run_until_idle()
        assert s.attempts() == [0, 0]

    def test_state_beyond_a_request(self, stage: MakeStage) -> None:
        """A run that the SDK would have to fetch over the API is refused loudly."""
        s = stage([ops(ran("a", "x" * 3 * 1024 * 1024)), ops(ran("b", "x" * 3 * 1024 * 1024))])
        s.engine.send([EVENT])
        with pytest.raises(NotPlayed, match="use_api"):
            s.engine.run_until_idle()

    def test_step_without_retry(self, stage: MakeStage) -> None:
        """The header ends a step's attempts; its error goes to the function."""
        s = stage([ops(failed("a"), x_inngest_no_retry="true"), done()])
        s.engine.send([EVENT])
        s.engine.run_until_idle()
        assert (s.attempts(), s.run.status) == ([0, 0], RunStatus.COMPLETED)

    def test_too_long_outcome(self, stage: MakeStage) -> None:
        """More than 4 MiB of outcome end the run at once."""
        s = stage([ops(ran("a", "x" * 4 * 1024 * 1024))])
        s.engine.send([EVENT])
        s.engine.run_until_idle()
        assert (s.run.status, s.run.requests) == (RunStatus.FAILED, 1)
        assert "step output size is greater than the limit" in str(s.run.error)

    def test_nothing_to_do(self, stage: MakeStage) -> None:
        """An empty 206 leads to nothing: the run stays open."""
        s = stage([ops()])
        s.engine.send([EVENT])
        assert s.engine.run_until_idle() == 1
        assert RunStatus.RUNNING is s.run.status

    def test_too_many(self, stage: MakeStage) -> None:
        """A run of more steps than are allowed fails."""
        s = stage(lambda body: ops(ran(f"s{len(body['steps'])}")), steps_max=5)
        s.engine.send([EVENT])
        s.engine.run_until_idle()
        assert (s.run.status, s.run.requests) == (RunStatus.FAILED, 6)


class TestFailedRun:
    def test_failure_function(self, stage: MakeStage) -> None:
        """Comes once, with the run's id as the event's, and no second attempt."""
        s = stage([broken("last"), broken("in the handler")], function(retries=0), failure_function())
        s.engine.send([EVENT])
        s.engine.run_until_idle()
        assert s.statuses() == ["failed", "failed"]
        event = s.canned.bodies[1]["event"]
        assert (s.engine.runs[0].run_id, "f") == (event["id"], event["data"]["function_id"])
        assert event["data"]["error"]["message"] == "last"

    def test_of_a_failure_function(self, stage: MakeStage) -> None:
        """A failure function that fails starts none, not even one for all functions."""
        any_failure = function("any", event="inngest/function.failed", retries=0)
        s = stage([broken(), broken()], function(retries=0), any_failure)
        s.engine.send([EVENT])
        s.engine.run_until_idle()
        assert s.statuses() == ["failed", "failed"]

    def test_only_its_own(self, stage: MakeStage) -> None:
        """Another function's failure function stays away."""
        s = stage([broken()], function(retries=0), failure_function("other"))
        s.engine.send([EVENT])
        s.engine.run_until_idle()
        assert s.statuses() == ["failed"]

    def test_no_retry(self, stage: MakeStage) -> None:
        s = stage([broken(x_inngest_no_retry="true")])
        s.engine.send([EVENT])
        s.engine.run_until_idle()
        assert (s.run.status, s.run.requests) == (RunStatus.FAILED, 1)
        assert s.run.error is not None
        assert s.run.error["error"] == "NonRetriableError"

    def test_ends_its_siblings(self, stage: MakeStage) -> None:
        """A run that failed makes no further request, though steps were under way."""
        s = stage([ops(planned("a"), planned("b")), broken(x_inngest_no_retry="true"), ops(ran("b"))])
        s.engine.send([EVENT])
        s.engine.run_until_idle()
        assert (s.run.status, s.run.requests) == (RunStatus.FAILED, 3)


class TestParallel:
    def test_join(self, stage: MakeStage) -> None:
        """Each planned step has a request of its own; one discovery follows when all are done."""
        s = stage([ops(planned("a"), planned("b")), ops(ran("a")), ops(ran("b")), done()])
        s.engine.send([EVENT])
        s.engine.run_until_idle()
        assert ["step", step_id("a"), step_id("b"), "step"] == [
            exchange.request.step_id for exchange in s.engine.exchanges
        ]
        assert [body["ctx"]["disable_immediate_execution"] for body in s.canned.bodies] == [
            False,
            True,
            True,
            False,
        ]

    def test_own_attempts(self, stage: MakeStage) -> None:
        """A retried step does not hold up the other, and the join waits for it."""
        answers = [ops(planned("a"), planned("b")), ops(failed("a")), ops(ran("b")), ops(ran("a")), done()]
        s = stage(answers)
        s.engine.send([EVENT])
        s.engine.run_until_idle()
        assert (s.attempts(), s.seconds()) == ([0, 0, 0, 1, 0], [0, 0, 0, 15, 15])

    def test_single_plan(self, stage: MakeStage) -> None:
        """One planned step is no group: nothing new has to be planned before it is done."""
        s = stage([ops(planned("a")), ops(ran("a")), done()])
        s.engine.send([EVENT])
        s.engine.run_until_idle()
        assert not any(body["ctx"]["disable_immediate_execution"] for body in s.canned.bodies)

    def test_race(self, stage: MakeStage) -> None:
        """In race mode each step's end is followed by a discovery, which finds the other under way."""
        race: dict[str, Any] = {"opts": {"parallelMode": "race"}}
        both = ops(planned("a", **race), planned("b", **race))
        again = ops(planned("b", **race))
        s = stage(
            [both, ops(ran("a", **race)), ops(failed("b", **race)), again, ops(ran("b", **race)), done()]
        )
        s.engine.send([EVENT])
        s.engine.run_until_idle()
        assert ["step", step_id("a"), step_id("b"), "step", step_id("b"), "step"] == [
            exchange.request.step_id for exchange in s.engine.exchanges
        ]
        assert s.attempts() == [0, 0, 0, 0, 1, 0]
        assert s.canned.bodies[3]["ctx"]["disable_immediate_execution"]

    def test_complete_from_a_targeted_request(self, stage: MakeStage) -> None:
        """A deployed version that no longer knows the step ends the run as a success: as the SDK has it."""
        s = stage([ops(planned("a"), planned("b")), done([]), done([])])
        s.engine.send([EVENT])
        s.engine.run_until_idle()
        assert (s.run.status, s.run.result) == (RunStatus.COMPLETED, [])


class TestSleep:
    def test_until(self, stage: MakeStage) -> None:
        """The time in `name`; the memo is null."""
        s = stage([ops(op("Sleep", "nap", name="2026-11-23T20:00:00.000Z")), done()])
        s.engine.send([EVENT])
        s.engine.run_until_idle()
        assert ([0, 600], {step_id("nap"): None}) == (s.seconds(), s.canned.bodies[1]["steps"])

    def test_over(self, stage: MakeStage) -> None:
        """One that is over already holds up nothing."""
        s = stage([ops(op("Sleep", "nap", name="2026-11-23T19:00:00.000Z")), done()])
        s.engine.send([EVENT])
        s.engine.run_until_idle()
        assert s.seconds() == [0, 0]


class TestTimeouts:
    def test_start(self, stage: MakeStage) -> None:
        """A run that waited too long for its first request is cancelled; no failure function runs."""
        s = stage([], function(timeouts={"start": "15m"}), failure_function())
        s.engine.hold()
        s.engine.send([EVENT])
        s.engine.advance(900)
        s.engine.release()
        assert (s.engine.run_until_idle(), s.statuses()) == (0, ["cancelled"])

    def test_start_in_time(self, stage: MakeStage) -> None:
        """Once started, the wait's limit counts no more."""
        s = stage([broken(), done()], function(timeouts={"start": "1s"}))
        s.engine.send([EVENT])
        s.engine.run_until_idle()
        assert RunStatus.COMPLETED is s.run.status

    def test_finish(self, stage: MakeStage) -> None:
        """Counted from the first request; no further one is made, and no failure function runs."""
        s = stage([broken(), broken()], function(timeouts={"finish": "40s"}), failure_function())
        s.engine.send([EVENT])
        s.engine.run_until_idle()
        assert (s.seconds(), s.statuses()) == ([0, 15], ["cancelled"])
        assert timedelta(seconds=40) == (s.run.ended_at or s.run.queued_at) - s.run.queued_at

    def test_request_under_way(self, stage: MakeStage) -> None:
        """A step that outlasts the limit is not broken off; what it answers is kept, and nothing follows."""

        def slow(_body: dict[str, Any]) -> Canned:
            s.clock.advance(50)
            return ops(ran("a"))

        s: Stage = stage(slow, function(timeouts={"finish": "40s"}))
        s.engine.send([EVENT])
        s.engine.run_until_idle()
        run = s.run
        assert (run.status, run.requests, run.executed_steps) == (RunStatus.CANCELLED, 1, 1)


class TestLostRequests:
    def test_exhausted(self, stage: MakeStage) -> None:
        """A run whose requests all stay without an answer fails like any other."""
        s = stage([], function(retries=1))
        s.engine.faults.add(LoseRequest(where=ANYWHERE, times=2))
        s.engine.send([EVENT])
        s.engine.run_until_idle()
        assert (s.run.status, s.seconds()) == (RunStatus.FAILED, [0, 15])


def test_same_chance_same_run(stage: MakeStage) -> None:
    """Nothing is random but by the chance that was passed in."""
    seen = []
    for _ in range(2):
        s = stage([done()], delays=NO_JITTER)
        s.engine.send([EVENT])
        s.engine.run_until_idle()
        seen.append((s.run.run_id, s.engine.exchanges[0].headers))
    assert seen[0] == seen[1]
