"""What is expensive to make and may be a few seconds old: made by one, held for all of a process."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from lib.clock import Clock

Value = TypeVar("Value")


class Cached(Generic[Value]):
    """The latest of what `make` makes, made anew when it is older than `seconds`."""

    def __init__(self, clock: Clock, seconds: float, make: Callable[[], Value]) -> None:
        self._clock = clock
        self._seconds = seconds
        self._make = make
        self._lock = threading.Lock()
        self._made: tuple[float, Value] | None = None

    def get(self) -> Value:
        """The value; one caller makes it, the others wait for it. What making raises is not kept."""
        with self._lock:
            if self._made is None or self._clock.monotonic() - self._made[0] >= self._seconds:
                value = self._make()
                self._made = (self._clock.monotonic(), value)
            return self._made[1]
