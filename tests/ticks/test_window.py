from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.ticks.window import window_at

INSTANTS = st.integers(600_000_000_000, 7_000_000_000_000).map(
    lambda milliseconds: datetime.fromtimestamp(milliseconds / 1000, UTC)
)


class TestWindow:
    def test_key_of_the_contract(self) -> None:
        window = window_at(datetime(2026, 11, 23, 19, 50, 42, tzinfo=UTC), 60)
        assert window.dispatch_key == "background-jobs:v1:60:2026-11-23T19:50:00Z"

    def test_another_zone_is_the_same_window(self) -> None:
        instant = datetime(2026, 11, 23, 19, 50, 42, tzinfo=UTC)
        elsewhere = instant.astimezone(timezone(timedelta(hours=5, minutes=30)))
        assert window_at(elsewhere, 60).dispatch_key == window_at(instant, 60).dispatch_key

    def test_refuses_naive_datetimes(self) -> None:
        with pytest.raises(ValueError, match="naive"):
            window_at(datetime(2026, 11, 23), 60)  # noqa: DTZ001

    @given(instant=INSTANTS, seconds=st.integers(15, 3600))
    def test_holds_its_instant(self, instant: datetime, seconds: int) -> None:
        """Law: start ≤ instant < start + seconds, and the start's own window is the same."""
        window = window_at(instant, seconds)
        assert window.start <= instant < window.start + timedelta(seconds=seconds)
        assert window_at(window.start, seconds) == window
