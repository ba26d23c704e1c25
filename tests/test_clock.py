from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.clock import Deadline, SystemClock, iso
from tests.conftest import FakeClock


class TestIso:
    def test_is_utc_with_milliseconds(self) -> None:
        instant = datetime(2026, 11, 23, 20, 50, 0, 412_999, timezone(timedelta(hours=1)))
        assert iso(instant) == "2026-11-23T19:50:00.412Z"

    def test_refuses_naive_datetimes(self) -> None:
        with pytest.raises(ValueError, match="naive"):
            iso(datetime(2026, 11, 23))  # noqa: DTZ001

    @given(
        st.lists(
            st.integers(0, 9_000_000_000_000).map(lambda ms: datetime.fromtimestamp(ms / 1000, UTC)),
            min_size=2,
            max_size=2,
        )
    )
    def test_sorts_as_text_as_it_does_in_time(self, pair: list[datetime]) -> None:
        """Law: the cache compares starts as text."""
        first, second = sorted(pair)
        assert iso(first) <= iso(second)


class TestDeadline:
    def test_counts_down(self) -> None:
        clock = FakeClock()
        deadline = Deadline.after_ms(clock, 1_000)
        clock.advance(0.25)
        assert deadline.remaining_ms() == 750
        assert not deadline.passed
        clock.advance(1)
        assert deadline.remaining_ms() == 0
        assert deadline.passed

    def test_a_reserve_and_a_share(self) -> None:
        clock = FakeClock()
        deadline = Deadline.after_ms(clock, 10_000)
        assert deadline.earlier_by_ms(7_500).remaining_ms() == 2_500
        assert deadline.at_most_ms(4_000).remaining_ms() == 4_000
        assert deadline.at_most_ms(40_000).remaining_ms() == 10_000


class TestSystemClock:
    def test_is_aware_and_never_goes_back(self) -> None:
        clock = SystemClock()
        assert clock.now().tzinfo is UTC
        assert clock.monotonic() <= clock.monotonic()
