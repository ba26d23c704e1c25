import pytest
from hypothesis import given
from hypothesis import strategies as st

from dev.local_clock import PERIOD_SECONDS, LocalClock, in_words, next_minute

TEN_PAST = 1_795_000_200.0  # a full minute


class Time:
    """A clock that only waiting moves; `early` wakes it that many seconds too soon, once."""

    def __init__(self, now: float, *, early: float = 0, ticks: int = 3) -> None:
        self.now = now
        self.early = early
        self.ticks_left = ticks
        self.ticked: list[float] = []

    def wait(self, seconds: float) -> bool:
        self.now += max(seconds - self.early, 0.001)
        self.early = 0
        return self.ticks_left == 0

    def tick(self) -> None:
        self.ticked.append(self.now)
        self.ticks_left -= 1

    def run(self) -> list[float]:
        LocalClock(now=lambda: self.now, wait=self.wait, tick=self.tick).run()
        return self.ticked


@given(st.floats(min_value=0, max_value=4e9))
def test_the_next_minute_is_full_and_at_most_a_minute_away(now: float) -> None:
    moment = next_minute(now)
    assert moment % PERIOD_SECONDS == 0
    assert 0 < moment - now <= PERIOD_SECONDS


def test_it_ticks_on_each_full_minute() -> None:
    assert Time(TEN_PAST + 12.3).run() == [TEN_PAST + 60, TEN_PAST + 120, TEN_PAST + 180]


def test_waking_early_does_not_tick_twice_in_a_minute() -> None:
    """A wait may end a moment too soon: the clock waits for the rest."""
    ticked = Time(TEN_PAST, early=0.2).run()
    assert ticked == pytest.approx([TEN_PAST + 60, TEN_PAST + 120, TEN_PAST + 180])


def test_minutes_that_a_long_tick_covers_are_left_out() -> None:
    time = Time(TEN_PAST)
    usual = time.tick

    def slow() -> None:
        usual()
        if len(time.ticked) == 1:
            time.now += 130

    LocalClock(now=lambda: time.now, wait=time.wait, tick=slow).run()
    assert time.ticked == [TEN_PAST + 60, TEN_PAST + 240, TEN_PAST + 300]


def test_a_clock_set_back_ticks_rather_than_wait_for_hours() -> None:
    time = Time(TEN_PAST, ticks=1)

    def set_back(seconds: float) -> bool:
        time.now += seconds
        time.now -= 7200 if time.ticks_left else 0
        return time.ticks_left == 0

    LocalClock(now=lambda: time.now, wait=set_back, tick=time.tick).run()
    assert len(time.ticked) == 1


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(
            b'{"mode":"inline","process":{"processed":3,"remaining":0},'
            b'"maintenance":{"status":"succeeded"},"degraded":false}',
            "inline, jobs done 3, left 0, maintenance succeeded",
            id="inline",
        ),
        pytest.param(b'{"mode":"busy","process":null,"degraded":true}', "busy, degraded", id="busy"),
        pytest.param(b'{"code":"unauthorized"}', "unauthorized", id="a problem document"),
        pytest.param(b"<html>", "with an answer that is not JSON", id="not JSON"),
        pytest.param(b"[]", "with an answer that is not an object", id="not an object"),
    ],
)
def test_an_answer_in_words(body: bytes, expected: str) -> None:
    assert in_words(body) == expected
