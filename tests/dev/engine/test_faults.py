import threading
from collections.abc import Callable
from typing import Any

import pytest

from dev.engine.errors import ForbiddenAnswer
from dev.engine.faults import (
    LOGIN_PAGE,
    UNAUTHORISED,
    AnswerInstead,
    AppDied,
    DeliverConcurrently,
    DeliverTwice,
    LoseAnswer,
    LoseRequest,
    Where,
)
from dev.engine.run import RunStatus
from tests.dev.engine.canned_app import Canned, CannedApp, broken, done, function, ops, ran
from tests.dev.engine.conftest import Stage

MakeStage = Callable[..., Stage]
EVENT = {"name": "e"}


def one_step(body: dict[str, Any]) -> Canned:
    """A function of one step."""
    return done("end") if body["steps"] else ops(ran("a"))


class TestLost:
    def test_answer(self, stage: MakeStage) -> None:
        """The app did its part, and is asked again with the next attempt: its effect comes twice."""
        s = stage(one_step)
        s.engine.faults.add(LoseAnswer())
        s.engine.send([EVENT])
        s.engine.run_until_idle()
        assert (s.attempts(), len(s.canned.bodies)) == ([0, 1, 0], 3)
        assert [exchange.fault for exchange in s.engine.exchanges] == ["LoseAnswer", None, None]

    def test_request(self, stage: MakeStage) -> None:
        """The app is not reached."""
        s = stage(one_step)
        s.engine.faults.add(LoseRequest())
        s.engine.send([EVENT])
        s.engine.run_until_idle()
        assert (s.attempts(), len(s.canned.bodies)) == ([0, 1, 0], 2)

    def test_app_died(self, stage: MakeStage) -> None:
        """An app that dies in the middle of a request answers nothing, and is asked again."""
        deaths = [AppDied()]

        def answer(body: dict[str, Any]) -> Canned:
            if deaths:
                raise deaths.pop()
            return one_step(body)

        s = stage(answer)
        s.engine.send([EVENT])
        s.engine.run_until_idle()
        assert (s.attempts(), s.run.status) == ([0, 1, 0], RunStatus.COMPLETED)
        assert s.engine.exchanges[0].fault == "AppDied"

    def test_is_held_to_the_format_all_the_same(self, stage: MakeStage) -> None:
        """An answer that is lost is the app's own, and forbidden if it is."""
        s = stage([Canned(status=204)])
        s.engine.faults.add(LoseAnswer())
        s.engine.send([EVENT])
        with pytest.raises(ForbiddenAnswer):
            s.engine.run_until_idle()


class TestReplaced:
    @pytest.mark.parametrize("answer", [UNAUTHORISED, LOGIN_PAGE], ids=["401", "HTML"])
    def test_counts_as_failure(self, stage: MakeStage, answer: Any) -> None:
        """The app is not reached, and the request is made again."""
        s = stage([done()])
        s.engine.faults.add(AnswerInstead(answer=answer))
        s.engine.send([EVENT])
        s.engine.run_until_idle()
        assert (s.attempts(), len(s.canned.bodies)) == ([0, 1], 1)


class TestTwice:
    def test_same_request(self, stage: MakeStage) -> None:
        """The very same body reaches the app twice, and the run gets on once."""
        s = stage(one_step)
        s.engine.faults.add(DeliverTwice())
        s.engine.send([EVENT])
        s.engine.run_until_idle()
        assert s.canned.bodies[0] == s.canned.bodies[1]
        assert (s.attempts(), s.run.requests, s.run.executed_steps) == ([0, 0, 0], 2, 1)

    def test_at_the_same_time(self, stage: MakeStage) -> None:
        """Both are under way together, and the run gets on once."""
        meeting = threading.Barrier(2, timeout=10)

        def answer(body: dict[str, Any]) -> Canned:
            if not body["steps"]:
                meeting.wait()
            return one_step(body)

        s = stage(answer)
        s.engine.faults.add(DeliverConcurrently())
        s.engine.send([EVENT])
        s.engine.run_until_idle()
        assert (len(s.canned.bodies), s.run.status, s.run.executed_steps) == (3, RunStatus.COMPLETED, 1)


class TestLate:
    def test_after_the_end(self, stage: MakeStage) -> None:
        """An old request comes again, signed now; nothing is done with what it answers."""
        s = stage([ops(ran("a")), done("first"), broken()])
        s.engine.send([EVENT])
        s.engine.run_until_idle()
        s.engine.advance(3600)
        late = s.engine.redeliver(s.engine.exchanges[0])
        assert ("Redelivered", s.canned.bodies[0]) == (late.fault, s.canned.bodies[2])
        assert late.headers["x-inngest-signature"] != s.engine.exchanges[0].headers["x-inngest-signature"]
        assert (s.run.status, s.run.result) == (RunStatus.COMPLETED, "first")

    def test_after_cancelling(self, stage: MakeStage) -> None:
        s = stage([broken(), done("too late")])
        s.engine.send([EVENT])
        s.engine.deliver_next()
        s.engine.cancel(s.run.run_id)
        s.engine.redeliver(s.engine.exchanges[0])
        assert (s.run.status, s.run.result) == (RunStatus.CANCELLED, None)


class TestHeld:
    def test_accepts_and_never_calls(self, stage: MakeStage) -> None:
        """Events are taken, ids given, and no request is made, however long one waits."""
        s = stage([])
        s.engine.hold()
        assert len(s.engine.send([EVENT])) == 1
        s.engine.advance(7200)
        assert (s.engine.run_until_idle(), s.statuses(), s.canned.bodies) == (0, ["queued"], [])

    def test_one_of_two(self, stage: MakeStage) -> None:
        s = stage([done()], function("f"), function("g"))
        s.engine.hold("f")
        s.engine.send([EVENT])
        s.engine.run_until_idle()
        assert s.statuses() == ["queued", "completed"]

    def test_released(self, stage: MakeStage) -> None:
        """What was held comes late."""
        s = stage([done()])
        s.engine.hold()
        s.engine.send([EVENT])
        s.engine.advance(600)
        s.engine.release()
        s.engine.run_until_idle()
        assert (s.statuses(), s.seconds()) == (["completed"], [600])


class TestDeployed:
    def test_between_steps(self, stage: MakeStage) -> None:
        """The next request goes to the new version, with what the old one remembered."""
        s = stage([ops(ran("a", "old"))])
        s.engine.send([EVENT])
        s.engine.deliver_next()
        new = CannedApp([done("new")], s.canned.key)
        s.engine.deploy(new.app.test_client)
        s.engine.run_until_idle()
        (memo,) = new.bodies[0]["steps"].values()
        assert (s.run.result, memo) == ("new", {"data": "old"})


class TestWhere:
    @pytest.mark.parametrize(
        ("where", "touched"),
        [
            pytest.param(Where(), ("f", 0, 1), id="anywhere"),
            pytest.param(Where(number=2), ("f", 0, 2), id="second request"),
            pytest.param(Where(function_id="g"), ("g", 0, 1), id="function"),
            pytest.param(Where(function_id="g", attempt=0, number=2), ("g", 0, 2), id="all of them"),
            pytest.param(Where(step_id="other"), None, id="another step"),
            pytest.param(Where(attempt=1), None, id="retry"),
        ],
    )
    def test_fits(self, stage: MakeStage, where: Where, touched: tuple[str, int, int] | None) -> None:
        """The fault touches the first request that fits, and no other."""
        s = stage(one_step, function("f"), function("g"))
        s.engine.faults.add(LoseRequest(where=where))
        s.engine.send([EVENT])
        s.engine.run_until_idle()
        found = [exchange.request for exchange in s.engine.exchanges if exchange.fault is not None]
        assert ([] if touched is None else [touched]) == [(r.function_id, r.attempt, r.number) for r in found]

    def test_times(self, stage: MakeStage) -> None:
        s = stage([done()])
        s.engine.faults.add(LoseRequest(times=2))
        s.engine.send([EVENT])
        s.engine.run_until_idle()
        assert s.attempts() == [0, 1, 2]
