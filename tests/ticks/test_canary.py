"""Which windows a canary takes: spread evenly, and kept when the share grows (design §10)."""

import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.ticks.canary import SPAN, STEP, draw, is_in_canary
from lib.ticks.window import Window

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECONDS = st.integers(15, 3_600)
"""A window's length, as the setting takes it."""
STARTS = st.integers(0, 100 * 365 * 86_400)
"""Seconds from 1970: a hundred years."""


def windows(since: int, count: int, seconds: int = 60) -> list[Window]:
    """`count` windows in a row, from the one that `since` falls into."""
    first = since // seconds
    return [
        Window(start=EPOCH + timedelta(seconds=(first + n) * seconds), seconds=seconds) for n in range(count)
    ]


def taken(window: Window, percent: int) -> bool:
    return is_in_canary(draw(window), percent)


def even(seen: list[bool]) -> bool:
    """Whether of 200 windows 9 to 12 are taken, with no gap over 34."""
    chosen = [n for n, one in enumerate(seen) if one]
    return 9 <= len(chosen) <= 12 and max(after - before for before, after in pairwise(chosen)) <= 34


class TestSpread:
    @given(since=STARTS, seconds=SECONDS)
    def test_five_percent_of_200_windows(self, since: int, seconds: int) -> None:
        """Wherever one looks, and however long a window is (design §10)."""
        assert even([taken(window, 5) for window in windows(since, 200, seconds)])

    def test_whatever_the_first_window_draws(self) -> None:
        """Not by samples: what 200 windows draw hangs on the first draw alone.

        As it grows, a window is taken or let go only where its own draw passes 0 or the share: between two
        such places nothing changes, so that one look after each sees all there is.
        """
        share = -(-5 * SPAN // 100)
        places = [(edge - n * STEP) % SPAN for n in range(200) for edge in (0, share)]
        assert all(even([(place + n * STEP) % SPAN < share for n in range(200)]) for place in places)

    @pytest.mark.parametrize("percent", [0, 100])
    @given(since=STARTS, seconds=SECONDS)
    def test_none_and_all(self, percent: int, since: int, seconds: int) -> None:
        assert {taken(window, percent) for window in windows(since, 200, seconds)} == {percent == 100}


class TestRaise:
    @given(since=STARTS, seconds=SECONDS, lower=st.integers(0, 100), more=st.integers(0, 100))
    def test_keeps_what_was_in(self, since: int, seconds: int, lower: int, more: int) -> None:
        (window,) = windows(since, 1, seconds)
        assert not taken(window, lower) or taken(window, min(100, lower + more))

    @given(since=STARTS, seconds=SECONDS)
    def test_from_stage_to_stage(self, since: int, seconds: int) -> None:
        """What was in at 5 % is at 25 % and at 100 %."""
        row = windows(since, 200, seconds)
        stages = [{window.dispatch_key for window in row if taken(window, share)} for share in (5, 25, 100)]
        assert stages[0] < stages[1] < stages[2]


class TestDraw:
    @given(since=STARTS, seconds=SECONDS, percent=st.integers(0, 100))
    def test_is_exact_as_it_is_stored(self, since: int, seconds: int, percent: int) -> None:
        """The stored number says what was decided: it is the sequence's own, cut where no share is."""
        (window,) = windows(since, 1, seconds)
        stored = json.loads(json.dumps(draw(window)))
        assert 0 <= stored < 1
        index = since // seconds
        assert (stored < percent / 100) == (index * STEP % SPAN * 100 < percent * SPAN)

    def test_is_the_golden_ratio_s(self) -> None:
        """`frac(index x 0.618...)`."""
        drawn = [round(draw(window), 6) for window in windows(0, 5)]
        assert drawn == [0.0, 0.618034, 0.236068, 0.854102, 0.472136]
