"""How fast jobs go lately: what decides how many are claimed and begun at once."""

import threading
from collections.abc import Iterable
from typing import Final

from lib.jobs.job import ClaimedJob

ASSUMED_SECONDS: Final = 0.1
"""What a job is taken to last before any was seen."""
WEIGHT: Final = 0.2
"""Of the newest duration in the moving average; a slower one counts in full at once."""
CHUNK_SECONDS: Final = 0.005
"""The longest that a finished job waits, as expected, for its record: one transaction ends a whole chunk."""
CHUNK_LIMIT: Final = 16
LEAD_SECONDS: Final = 0.5
"""How much work is leased ahead of the workers."""
LEAD_LIMIT: Final = 100
"""claim.md: batches beyond 100 gain nothing."""


class Pace:
    """Moving averages of the handlers' durations, by kind and in all; shared by threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_kind: dict[str, float] = {}
        self._all: float | None = None

    def observe(self, kind: str, seconds: float) -> None:
        """Take note that a job of `kind` lasted `seconds`."""
        with self._lock:
            self._by_kind[kind] = _moved(self._by_kind.get(kind), seconds)
            self._all = seconds if self._all is None else self._all + WEIGHT * (seconds - self._all)

    def lead(self, workers: int) -> int:
        """How many jobs to hold beside those that run."""
        with self._lock:
            average = ASSUMED_SECONDS if self._all is None else self._all
        return min(LEAD_LIMIT, int(workers * LEAD_SECONDS / max(average, 1e-6)))

    def chunk(self, jobs: Iterable[ClaimedJob]) -> int:
        """How many of the first of `jobs` one worker should begin at once: 1, or more that are quick.

        A job with a single attempt begins alone: a neighbour's crash would be its end.
        """
        size, expected = 0, 0.0
        with self._lock:
            for job in jobs:
                expected += self._by_kind.get(job.kind, ASSUMED_SECONDS)
                if size and (expected > CHUNK_SECONDS or size == CHUNK_LIMIT or job.max_attempts == 1):
                    break
                size += 1
                if job.max_attempts == 1:
                    break
        return size


def _moved(average: float | None, seconds: float) -> float:
    if average is None or seconds > average:
        return seconds
    return average + WEIGHT * (seconds - average)
