"""The jobs that a drain holds under lease: those waiting for a worker and those with one."""

import threading
from collections import deque
from collections.abc import Iterable
from typing import Final

from lib.jobs.job import ClaimedJob
from lib.jobs.pace import Pace

WAIT_SECONDS: Final = 1.0
"""The longest single wait; each is repeated by its caller's own bounded loop."""


class Holdings:
    """Shared by a drain's threads; every leased job is in here until it is settled."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self._waiting: deque[ClaimedJob] = deque()
        self._held: dict[int, ClaimedJob] = {}
        self._closed = False
        self._failure: BaseException | None = None

    def add(self, jobs: Iterable[ClaimedJob]) -> None:
        """Take charge of newly leased `jobs`."""
        with self.changed:
            for job in jobs:
                self._held[job.id] = job
                self._waiting.append(job)
            self.changed.notify_all()

    def take(self, pace: Pace, *, wait: bool) -> list[ClaimedJob]:
        """The next jobs for one worker, a few if they are quick; empty when there are none, or at the end."""
        with self.changed:
            while wait and not self._waiting and not self._closed:
                self.changed.wait(WAIT_SECONDS)
            if self._closed:
                return []
            taken = [self._waiting.popleft() for _ in range(pace.chunk(self._waiting))]
            if taken:
                self.changed.notify_all()
            return taken

    def put_back(self, jobs: Iterable[ClaimedJob]) -> None:
        """Let other workers have `jobs` that one had taken and not begun; first in, as they were."""
        with self.changed:
            self._waiting.extendleft(reversed([job for job in jobs if job.id in self._held]))
            self.changed.notify_all()

    def drop(self, job_ids: Iterable[int]) -> None:
        """Forget jobs that are settled, or no longer ours."""
        with self.changed:
            for job_id in job_ids:
                self._held.pop(job_id, None)
            self.changed.notify_all()

    def close(self) -> list[ClaimedJob]:
        """Give no worker anything any more; the jobs that waited for one, which the caller gives back."""
        with self.changed:
            self._closed = True
            left = list(self._waiting)
            self._waiting.clear()
            self.changed.notify_all()
            return left

    def fail(self, error: BaseException) -> None:
        """Note the first error of a worker's own, for the drain to raise; nothing is given out any more."""
        with self.changed:
            self._failure = self._failure or error
            self._closed = True
            self.changed.notify_all()

    def raise_failure(self) -> None:
        """Raise what `fail` noted."""
        with self.changed:
            if self._failure is not None:
                raise self._failure

    def wait(self, seconds: float) -> None:
        """Wait until something changes, at most `seconds`."""
        with self.changed:
            self.changed.wait(seconds)

    @property
    def held(self) -> list[ClaimedJob]:
        """Everything under lease."""
        with self.changed:
            return list(self._held.values())

    @property
    def waiting(self) -> int:
        """How many wait for a worker."""
        with self.changed:
            return len(self._waiting)

    @property
    def busy(self) -> int:
        """How many are with a worker."""
        with self.changed:
            return len(self._held) - len(self._waiting)

    @property
    def idle(self) -> bool:
        """Whether nothing is held."""
        with self.changed:
            return not self._held
