import os
import signal

import pytest

from lib.operator.commands.stop_signals import stop_signals


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_first_signal_asks(number: signal.Signals) -> None:
    """The first sets the event; afterwards everything is as before, so that the second ends the process."""
    seen: list[int] = []
    before = signal.signal(number, lambda got, _frame: seen.append(got))
    try:
        with stop_signals() as stop:
            assert not stop.is_set()
            os.kill(os.getpid(), number)
            assert stop.wait(5)
            assert seen == []
            os.kill(os.getpid(), number)
            assert seen == [number]
    finally:
        signal.signal(number, before)


def test_restored_without_a_signal() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with stop_signals() as stop:
        pass
    assert not stop.is_set()
    assert signal.getsignal(signal.SIGTERM) is before
