"""Holds what was started, notices when a part ends, and stops everything whatever happens."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Self

from dev.console import say
from dev.part import Part
from dev.problem import Problem, Stopped

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_WATCH_SECONDS = 0.2


@contextmanager
def stopping_on_signals() -> Iterator[None]:
    """Turn Ctrl-C, SIGTERM and SIGHUP into the exception Stopped, once.

    Later ones find us stopping already. A SIGHUP that was ignored (nohup) stays so.
    """

    def stop(number: int, _frame: FrameType | None) -> None:
        for other in _ENDING:
            signal.signal(other, signal.SIG_IGN)
        raise Stopped(number)

    before = {number: signal.getsignal(number) for number in _ENDING}
    for number in _ENDING:
        if number != signal.SIGHUP or before[number] is not signal.SIG_IGN:
            signal.signal(number, stop)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Supervisor:
    """The parts that run, in the order they were started; a context manager that stops them."""

    def __init__(self) -> None:
        self._parts: list[Part] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for part in reversed(self._parts):
            part.stop()

    def add(self, part: Part) -> None:
        """Take charge of a part."""
        self._parts.append(part)

    def check(self) -> None:
        """Raise Problem, naming the part and the end of its log, if one has ended."""
        for part in self._parts:
            code = part.exit_code()
            if code is not None:
                raise Problem(
                    f"{part.name} has ended by itself ({_in_words(code)}), so everything is "
                    f"stopped. Its log, {part.log}, ends with:\n{part.tail()}"
                )

    def watch(self) -> None:
        """Return never: raises Problem when a part ends, Stopped on a signal."""
        while True:
            self.check()
            time.sleep(_WATCH_SECONDS)

    def announce_stop(self) -> None:
        """Say that everything is being stopped."""
        if self._parts:
            say("Stopping", ", ".join(part.name for part in reversed(self._parts)))


def _in_words(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"signal {signal.Signals(-code).name}"
    except ValueError:
        return f"signal {-code}"
