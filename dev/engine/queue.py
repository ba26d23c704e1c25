"""What the engine has yet to do: requests to make, and times to act on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dev.engine.configuration import ROOT_STEP


@dataclass(slots=True, kw_only=True)
class QueueItem:
    """A request to make, with its attempts."""

    job_id: str
    run_id: str
    function_id: str
    run_order: int
    """Older runs go first."""
    step_id: str = ROOT_STEP
    """The step that the request is for; `step` where it is for whatever comes next."""
    due: datetime
    attempt: int = 0
    current: int
    """How many steps had ended when it was put here; stays with it (recorded)."""

    @property
    def generation(self) -> int:
        """Counts the deliveries that were planned, from 1 (recorded)."""
        return self.attempt + 1


class TimerKind(StrEnum):
    """What happens at a time."""

    WAKE = "wake"
    """A sleep ends."""
    WAIT_ENDS = "wait_ends"
    """A wait for an event ends without one."""
    START_TIMEOUT = "start_timeout"
    FINISH_TIMEOUT = "finish_timeout"


@dataclass(frozen=True, slots=True, kw_only=True)
class Timer:
    """A time to act on."""

    kind: TimerKind
    run_id: str
    function_id: str
    due: datetime
    step_id: str | None = None
    """The sleep or wait; None for time-outs."""


class Queue:
    """Items and timers; nothing of an ended run is left in it."""

    def __init__(self) -> None:
        self._items: list[QueueItem] = []
        self._timers: list[Timer] = []

    def put(self, item: QueueItem) -> None:
        """Add a request to make."""
        self._items.append(item)

    def at(self, timer: Timer) -> None:
        """Add a time to act on."""
        self._timers.append(timer)

    def take(self, item: QueueItem) -> None:
        """Take out a request that is about to be made."""
        self._items.remove(item)

    def due(self, now: datetime) -> Sequence[QueueItem]:
        """The requests to make now: the oldest run's first, then those that were due first."""
        return sorted(
            (item for item in self._items if item.due <= now), key=lambda item: (item.run_order, item.due)
        )

    def take_timer(self, now: datetime) -> Timer | None:
        """Take out the first timer whose time has come."""
        found = min((timer for timer in self._timers if timer.due <= now), key=_due, default=None)
        if found is not None:
            self._timers.remove(found)
        return found

    def next_at(self, counts: Callable[[str], bool]) -> datetime | None:
        """When the next item or timer of a function that `counts` is due; None: there is none."""
        entries: list[QueueItem | Timer] = [*self._items, *self._timers]
        return min((entry.due for entry in entries if counts(entry.function_id)), default=None)

    def forget(self, run_id: str) -> None:
        """Drop everything of a run."""
        self._items = [item for item in self._items if item.run_id != run_id]
        self._timers = [timer for timer in self._timers if timer.run_id != run_id]

    def forget_timer(self, run_id: str, kind: TimerKind, step_id: str | None = None) -> None:
        """Drop one timer of a run, if it is there."""
        self._timers = [
            timer
            for timer in self._timers
            if (timer.run_id, timer.kind, timer.step_id) != (run_id, kind, step_id)
        ]


def _due(timer: Timer) -> datetime:
    return timer.due
