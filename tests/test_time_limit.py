import threading

import pytest

from lib.time_limit import within


class TestWithin:
    def test_gives_what_the_call_returns(self) -> None:
        assert within(10, lambda: None, name="quick") is None

    def test_raises_what_the_call_raises(self) -> None:
        def burst() -> None:
            raise LookupError("no such shelf")

        with pytest.raises(LookupError, match="no such shelf"):
            within(10, burst, name="burst")

    def test_waits_no_longer_than_it_may(self) -> None:
        """Every external call has a total deadline."""
        release = threading.Event()
        with pytest.raises(TimeoutError, match="slow took longer"):
            within(0.05, release.wait, name="slow")
        release.set()
