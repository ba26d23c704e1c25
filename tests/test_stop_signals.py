import os
import signal
from collections.abc import Iterator

import pytest

from lib.stop_signals import stop_signals, stop_with_server
from lib.stopping import GRACE_MS, Stopping


@pytest.fixture
def seen() -> Iterator[list[int]]:
    """The signals that reach whoever listened before."""
    got: list[int] = []
    numbers = (signal.SIGTERM, signal.SIGINT)
    before = [signal.signal(number, lambda number, _frame: got.append(number)) for number in numbers]
    yield got
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


class TestCommands:
    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
    def test_the_first_signal_asks(self, seen: list[int], number: signal.Signals) -> None:
        """The first only asks; afterwards everything is as before, so that the second ends the process."""
        stopping = Stopping()
        with stop_signals(stopping):
            assert not stopping.asked
            os.kill(os.getpid(), number)
            assert (stopping.asked, stopping.grace_ms, seen) == (True, GRACE_MS, [])
            os.kill(os.getpid(), number)
            assert seen == [number]

    def test_restored_without_a_signal(self) -> None:
        before = signal.getsignal(signal.SIGTERM)
        stopping = Stopping()
        with stop_signals(stopping):
            pass
        assert not stopping.asked
        assert signal.getsignal(signal.SIGTERM) is before


class TestServer:
    def test_the_server_hears_it_too(self, seen: list[int]) -> None:
        """Work is asked to end, and the worker goes on to wait for its requests as it always does."""
        stopping = Stopping()
        stop_with_server(stopping, grace_ms=700)
        os.kill(os.getpid(), signal.SIGTERM)
        assert (stopping.asked, stopping.grace_ms, seen) == (True, 700, [signal.SIGTERM])
        os.kill(os.getpid(), signal.SIGTERM)
        assert seen == [signal.SIGTERM] * 2
