from collections.abc import Callable
from typing import Any

import pytest

from tests.dev.engine.canned_app import Canned, broken, done, function
from tests.dev.engine.conftest import Stage

MakeStage = Callable[..., Stage]
LIMITED = function(idempotency="event.data.dispatchKey")
DAY_SECONDS = 86_400


def event(key: object = None, **fields: Any) -> dict[str, Any]:
    return {"name": "e", "data": {} if key is None else {"dispatchKey": key}, **fields}


def always_done(_body: dict[str, Any]) -> Canned:
    return done()


class TestEventId:
    def test_starts_once(self, stage: MakeStage) -> None:
        """The same id again starts nothing and is no error; it still gets an id of its own."""
        s = stage(always_done)
        ids = s.engine.send([event(id="same"), event(id="same")])
        ids += s.engine.send([event(id="same")])
        s.engine.run_until_idle()
        assert (len(s.engine.runs), len(set(ids))) == (1, 3)

    def test_each_function_for_itself(self, stage: MakeStage) -> None:
        s = stage(always_done, function("f"), function("g"))
        s.engine.send([event(id="same"), event(id="same")])
        assert [run.function_id for run in s.engine.runs] == ["f", "g"]

    def test_without_one(self, stage: MakeStage) -> None:
        """Events without an id are never the same."""
        s = stage(always_done)
        s.engine.send([event(), event()])
        assert len(s.engine.runs) == 2

    @pytest.mark.parametrize(("seconds", "runs"), [(DAY_SECONDS - 1, 1), (DAY_SECONDS, 2)])
    def test_a_day(self, stage: MakeStage, seconds: int, runs: int) -> None:
        """It counts for 24 hours, also after the run's end."""
        s = stage(always_done)
        s.engine.send([event(id="same")])
        s.engine.run_until_idle()
        s.engine.advance(seconds)
        s.engine.send([event(id="same")])
        assert runs == len(s.engine.runs)

    def test_seed(self, stage: MakeStage) -> None:
        """The SDK's own retry of a sending has the same seed: the same ids, and no second run."""
        s = stage(always_done)
        seed = "1795468397301,MTIzNDU2Nzg5MA=="
        first = s.engine.send([event(), event()], seed=seed)
        assert first == s.engine.send([event(), event()], seed=seed)
        assert (len(set(first)), len(s.engine.runs)) == (2, 2)


class TestIdempotency:
    def test_starts_once(self, stage: MakeStage) -> None:
        s = stage(always_done, LIMITED)
        s.engine.send([event("k"), event("k"), event("k:g2")])
        assert [run.event["data"]["dispatchKey"] for run in s.engine.runs] == ["k", "k:g2"]

    def test_missing_field(self, stage: MakeStage) -> None:
        """An event without the field is not limited (as recorded)."""
        s = stage(always_done, LIMITED)
        s.engine.send([event(), event()])
        assert len(s.engine.runs) == 2

    def test_false(self, stage: MakeStage) -> None:
        s = stage(always_done, LIMITED)
        s.engine.send([event(key=False), event(key=False)])
        assert len(s.engine.runs) == 2

    def test_failed_run(self, stage: MakeStage) -> None:
        """A run that failed keeps its key: only another key starts the work again."""
        s = stage([broken(x_inngest_no_retry="true")], LIMITED)
        s.engine.send([event("k")])
        s.engine.run_until_idle()
        s.engine.send([event("k")])
        assert s.statuses() == ["failed"]

    @pytest.mark.parametrize(("seconds", "runs"), [(DAY_SECONDS - 1, 1), (DAY_SECONDS, 2)])
    def test_a_day(self, stage: MakeStage, seconds: int, runs: int) -> None:
        s = stage(always_done, LIMITED)
        s.engine.send([event("k")])
        s.engine.advance(seconds)
        s.engine.send([event("k")])
        assert runs == len(s.engine.runs)
