from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.ticks.canary import is_in_canary
from lib.ticks.window import Window

START = datetime(2026, 1, 1, tzinfo=UTC)


def windows(first: int, count: int, seconds: int = 60) -> list[Window]:
    return [
        Window(start=START + timedelta(seconds=(first + n) * seconds), seconds=seconds) for n in range(count)
    ]


class TestSpread:
    @given(first=st.integers(0, 5_000_000), seconds=st.sampled_from([15, 60, 300, 3_600]))
    def test_five_percent_of_200_windows(self, first: int, seconds: int) -> None:
        """Wherever one looks: 9 to 12, with no gap over 34 (design §10)."""
        seen = [is_in_canary(window, 5) for window in windows(first, 200, seconds)]
        assert 9 <= sum(seen) <= 12
        chosen = [n for n, taken in enumerate(seen) if taken]
        assert max(after - before for before, after in pairwise(chosen)) <= 34

    @pytest.mark.parametrize("percent", [0, 100])
    def test_none_and_all(self, percent: int) -> None:
        assert {is_in_canary(window, percent) for window in windows(0, 1_000)} == {percent == 100}


class TestRaise:
    @given(first=st.integers(0, 5_000_000), lower=st.integers(0, 100), more=st.integers(0, 100))
    def test_keeps_what_was_in(self, first: int, lower: int, more: int) -> None:
        (window,) = windows(first, 1)
        assert not is_in_canary(window, lower) or is_in_canary(window, min(100, lower + more))
