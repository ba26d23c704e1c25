"""Signals as a request to end well, for whoever owns the process: a command, a server, the platform.

Never installed by making an app. Each first signal asks `Stopping`; the second does what it did before.
"""

import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Any, Final

from lib.stopping import GRACE_MS, Stopping

Disposition = Any
"""What `signal.getsignal` answers: a function, SIG_DFL, SIG_IGN, or None."""

PLATFORM_GRACE_MS: Final = 250
PLATFORM_ENDS_MS: Final = 450
"""Vercel ends an instance 500 ms after its SIGTERM."""


@contextmanager
def stop_signals(stopping: Stopping) -> Iterator[None]:
    """While the body runs, the first SIGTERM or Ctrl-C only asks: the command ends by itself."""
    restore = _ask_at_first((signal.SIGTERM, signal.SIGINT), stopping, GRACE_MS)
    try:
        yield
    finally:
        restore()


def stop_with_server(stopping: Stopping, *, grace_ms: int) -> None:
    """Have SIGTERM ask, and then do what the server made of it: a worker that waits for its requests."""

    def pass_on(number: int, frame: FrameType | None, before: Disposition) -> None:
        if callable(before):
            before(number, frame)

    _ask_at_first((signal.SIGTERM,), stopping, grace_ms, pass_on)


def stop_with_platform(stopping: Stopping) -> None:
    """Have SIGTERM ask on a platform that ends, or freezes, the process half a second later.

    Its runtime leaves SIGTERM alone, which would end the process at once. It ends by itself all the same:
    one that was frozen must not go on for ever without beginning any work. Outside the main thread, where
    no handler can be installed, nothing is done.
    """

    def end_soon(number: int, frame: FrameType | None, before: Disposition) -> None:
        if callable(before):
            before(number, frame)
        else:
            signal.setitimer(signal.ITIMER_REAL, PLATFORM_ENDS_MS / 1000)  # SIGALRM ends the process

    if threading.current_thread() is threading.main_thread():
        _ask_at_first((signal.SIGTERM,), stopping, PLATFORM_GRACE_MS, end_soon)


def _ask_at_first(
    numbers: Sequence[signal.Signals],
    stopping: Stopping,
    grace_ms: int,
    then: Callable[[int, FrameType | None, Disposition], None] = lambda _number, _frame, _before: None,
) -> Callable[[], None]:
    """Have the first of the signals ask, and `then` do the rest; how to put back what was before."""
    before: dict[int, Disposition] = {number: signal.getsignal(number) for number in numbers}

    def restore() -> None:
        for number, disposition in before.items():
            signal.signal(number, disposition)

    def on_signal(number: int, frame: FrameType | None) -> None:
        stopping.ask(grace_ms=grace_ms)
        restore()
        then(number, frame, before[number])

    for number in numbers:
        signal.signal(number, on_signal)
    return restore
