"""The way from the event API to the engine under a fault, with books on what was accepted."""

from collections import Counter
from typing import Any

from dev.engine.clock import EngineClock
from tests.durable import Relay
from tests.faults.law import WINDOW_S


class CountingRelay(Relay):
    """The way to the engine, with books on what was accepted in each window."""

    def __init__(self, clock: EngineClock) -> None:
        super().__init__()
        self._clock = clock
        self.judged = False
        """Whether a second event for one function in one window counts as doubled."""
        self.takes: int | None = None
        """How many events of a request are taken; None: all."""
        self._accepted: Counter[str] = Counter()

    def send(self, events: list[Any], *, seed: str | None = None) -> list[str]:
        taken = super().send(events[: self.takes], seed=seed)
        window = int(self._clock.now().timestamp() // WINDOW_S)
        self._accepted.update(f"{event['name']} of window {window}" for event in events[: self.takes])
        return taken

    @property
    def doubled(self) -> tuple[str, ...]:
        """The events that were accepted more than once in one window."""
        return tuple(
            f"{name}: {times} times" for name, times in self._accepted.items() if times > 1 and self.judged
        )
