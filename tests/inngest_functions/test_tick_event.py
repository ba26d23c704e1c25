from datetime import UTC, datetime
from typing import Any

import inngest
import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from inngest_functions.tick_event import read_call
from lib.status.run_status import RunSource

KEY = "background-jobs:v1:60:2026-11-23T19:50:00Z"
DATA: dict[str, Any] = {
    "source": "cron",
    "requestedAt": "2026-11-23T19:50:12.345Z",
    "dispatchKey": KEY,
    "generation": 0,
    "correlationId": "0123456789abcdef",
    "windowStart": "2026-11-23T19:50:00.000Z",
    "windowSeconds": 60,
}
TS = 1_795_463_412_345


def event(**data: Any) -> inngest.Event:
    return inngest.Event(name="background/process.requested", id="bg-process:1", ts=TS, data=data)


class TestTick:
    def test_says_which_tick_started_the_run(self) -> None:
        """At the end of the millisecond that the event names: no earlier run covers it."""
        call = read_call("run", 2, event(**DATA))
        assert (call.run_id, call.attempt, call.source, call.dispatch_key, call.forced) == (
            "run",
            2,
            RunSource.INNGEST,
            KEY,
            False,
        )
        assert call.tick is not None
        assert call.tick.requested_at == datetime(2026, 11, 23, 19, 50, 12, 346000, tzinfo=UTC)
        assert (call.tick.event_id, call.tick.window_seconds) == ("bg-process:1", 60)

    def test_a_generation_is_no_part_of_the_ledgers_key(self) -> None:
        call = read_call("run", 0, event(**DATA | {"dispatchKey": f"{KEY}:g3", "generation": 3}))
        assert call.tick is not None
        assert (call.dispatch_key, call.tick.generation) == (KEY, 3)

    def test_the_events_own_time_stands_for_a_missing_one(self) -> None:
        call = read_call("run", 0, event(dispatchKey=KEY))
        assert call.tick is not None
        assert call.tick.requested_at == datetime.fromtimestamp((TS + 1) / 1000, UTC)

    def test_unknown_fields_are_ignored(self) -> None:
        assert read_call("run", 0, event(**DATA, later="version")) == read_call("run", 0, event(**DATA))


class TestManual:
    def test_no_dispatch_key_is_no_tick(self) -> None:
        """The dashboard's Invoke."""
        call = read_call("01ABC", 0, event())
        assert (call.tick, call.source, call.dispatch_key) == (None, RunSource.MANUAL, "manual:01ABC")

    @pytest.mark.parametrize(
        "wrong",
        [
            {"dispatchKey": 7},
            {"dispatchKey": ""},
            {"dispatchKey": None},
            {"dispatchKey": "k" * 201},
            {"dispatchKey": "a\x00b"},
            {"dispatchKey": "a\ud800b"},
            {"correlationId": "a\x00b"},
            {"requestedAt": "yesterday"},
            {"requestedAt": "2026-11-23T19:50:12"},
            {"requestedAt": "9999-12-31T23:59:59.999999Z"},
            {"requestedAt": "0001-01-01T00:00:00+14:00"},
            {"windowStart": "0001-01-01T00:00:00+14:00"},
            {"generation": -1},
            {"windowSeconds": 0},
        ],
        ids=str,
    )
    def test_what_cannot_be_read_is_no_tick_and_said(self, wrong: dict[str, Any]) -> None:
        """In doubt the work is done; what was wrong is named without its value."""
        with capture_logs() as logs:
            call = read_call("01ABC", 0, event(**DATA | wrong))
        assert call.tick is None
        assert [(line["event"], line["fields"]) for line in logs] == [("event.unreadable", list(wrong))]

    @pytest.mark.parametrize("ts", [0, 10**17, -(10**17)])
    def test_nor_is_what_has_no_time_of_its_own(self, ts: int) -> None:
        assert read_call("01ABC", 0, inngest.Event(name="x", ts=ts, data={"dispatchKey": KEY})).tick is None


class TestForce:
    @pytest.mark.parametrize(
        ("force", "forced"), [(True, True), (False, False), ("true", False), (1, False), (None, False)]
    )
    def test_only_true_forces(self, force: object, *, forced: bool) -> None:
        assert read_call("run", 0, event(**DATA, force=force)).forced == forced


ATOMS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12)
JSON = ATOMS | st.lists(ATOMS, max_size=2) | st.dictionaries(st.sampled_from(["a", "b"]), ATOMS, max_size=2)


@given(data=st.dictionaries(st.sampled_from([*DATA, "force", "more"]), JSON), ts=st.integers())
def test_no_data_fails_a_call(data: dict[str, Any], ts: int) -> None:
    """Whatever an event carries, its call is read: work in doubt is done."""
    event = inngest.Event(name="background/process.requested", ts=ts, data=data)
    assert read_call("run", 0, event).run_id == "run"
