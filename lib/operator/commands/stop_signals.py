"""SIGTERM and Ctrl-C as an event, for commands that end well when asked to."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def stop_signals() -> Iterator[threading.Event]:
    """An event that is set by the first signal; the second does what it did before."""
    stop = threading.Event()
    before = {number: signal.getsignal(number) for number in SIGNALS}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        stop.set()
        restore()

    for number in SIGNALS:
        signal.signal(number, on_signal)
    try:
        yield stop
    finally:
        restore()
