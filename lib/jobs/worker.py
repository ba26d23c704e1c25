"""A worker: one thread that begins, runs and ends jobs, and that can be given up when a handler hangs."""

import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import structlog

from lib.clock import Deadline
from lib.errors import JobDeadlineExceeded
from lib.jobs.bookkeeping import Bookkeeper
from lib.jobs.execution import execute_job, failed_settlement
from lib.jobs.holdings import Holdings
from lib.jobs.job import ClaimedJob
from lib.jobs.pace import CHUNK_SECONDS, Pace
from lib.jobs.retry import decide_interruption
from lib.jobs.settle import Settlement
from lib.log.events import LogEvent
from lib.services import Services

HUNG_NAME: Final = "everytick-hung-handler"
"""The name of a thread whose worker was given up; tells how many of the process's handlers hang."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What a drain's workers share."""

    services: Services
    holdings: Holdings
    books: Bookkeeper
    pace: Pace


@dataclass(slots=True, kw_only=True)
class _Running:
    job: ClaimedJob
    deadline: Deadline
    since: float
    """Seconds on the clock's monotonic time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What a worker that was given up leaves behind."""

    settlements: list[Settlement]
    """Not recorded yet; the job that hung among them."""
    ahead: list[ClaimedJob]
    """Taken, but not begun."""


class Worker:
    """Runs jobs until the holdings are closed."""

    def __init__(self, shared: Shared, inherited: Sequence[Settlement] = ()) -> None:
        """Start at once; `inherited` is what a predecessor could not record."""
        self._shared = shared
        self._lock = threading.Lock()
        self._unrecorded = list(inherited)
        self._ahead: deque[ClaimedJob] = deque()
        self._begun_since = 0.0
        """When their leases were asked for, in seconds on the clock's monotonic time."""
        self._running: _Running | None = None
        self._given_up = threading.Event()
        self._thread = threading.Thread(target=self._work, name="everytick-worker", daemon=True)
        self._thread.start()

    def give_up_overdue(self) -> Left | None:
        """Give the worker up if its handler is past its deadline: the attempt has failed (design §5)."""
        with self._lock:
            if self._running is None or not self._running.deadline.passed:
                return None
            job = self._running.job
            failure = failed_settlement(self._shared.services, job, JobDeadlineExceeded())
            return self._give_up(failure)

    def give_up_running(self) -> Left | None:
        """Give the worker up if a handler runs at all: the drain must end. Interrupted is not failed."""
        with self._lock:
            if self._running is None:
                return None
            job = self._running.job
            return self._give_up(
                Settlement(
                    job_id=job.id,
                    token=job.token,
                    kind=job.kind,
                    decision=decide_interruption(started=True, reschedules=job.reschedules),
                    error="Interrupted: it still ran when the drain had to end.",
                )
            )

    def relieve(self) -> Left | None:
        """Take over what waits behind a handler that is slower than its kind was."""
        with self._lock:
            running = self._running
            if running is None or not (self._unrecorded or self._ahead):
                return None
            if running.deadline.clock.monotonic() - running.since < CHUNK_SECONDS:
                return None
            return self._leave()

    def join(self, seconds: float) -> None:
        """Wait for the thread's end, at most `seconds`."""
        self._thread.join(seconds)

    def _give_up(self, last: Settlement) -> Left:
        self._given_up.set()
        self._unrecorded.append(last)
        self._thread.name = HUNG_NAME
        return self._leave()

    def _leave(self) -> Left:
        left = Left(settlements=self._unrecorded, ahead=list(self._ahead))
        self._unrecorded = []
        self._ahead.clear()
        return left

    def _work(self) -> None:
        try:
            while jobs := self._next_jobs():
                with self._lock:
                    self._ahead.extend(jobs)
                while self._run_next():
                    pass
        except BaseException as error:  # noqa: BLE001 - raised again by the drain
            self._shared.holdings.fail(error)

    def _next_jobs(self) -> list[ClaimedJob]:
        """Record what is done and begin the next jobs; empty at the end."""
        holdings, pace = self._shared.holdings, self._shared.pace
        while not self._given_up.is_set():
            jobs = holdings.take(pace, wait=False)
            begun = self._exchange(jobs)
            if not jobs:
                jobs = holdings.take(pace, wait=True)
                if not jobs:
                    return []
                begun = self._exchange(jobs)
            if begun:
                return begun
        return []

    def _exchange(self, jobs: list[ClaimedJob]) -> list[ClaimedJob]:
        self._begun_since = self._shared.services.clock.monotonic()
        with self._lock:
            done, self._unrecorded = self._unrecorded, []
        return self._shared.books.exchange(done, jobs)

    def _run_next(self) -> bool:
        """Run the next job of those begun; False when there is none, or the worker was given up."""
        services = self._shared.services
        self._put_back_if_slept()
        with self._lock:
            if self._given_up.is_set() or not self._ahead:
                return False
            job = self._ahead.popleft()
            deadline = Deadline.after_ms(services.clock, services.settings.background_job_timeout_ms)
            since = services.clock.monotonic()
            self._running = _Running(job=job, deadline=deadline, since=since)
        settlement = execute_job(services, job, deadline)
        with self._lock:
            if self._given_up.is_set():
                self._thread.name = "everytick-late-handler"
                structlog.get_logger().warning(
                    LogEvent.JOB_LATE, job_id=job.id, kind=job.kind, would_have_been=settlement.state
                )
                return False
            self._shared.pace.observe(job.kind, services.clock.monotonic() - since)
            self._running = None
            self._unrecorded.append(settlement)
        return True

    def _put_back_if_slept(self) -> None:
        """Give up what was begun longer ago than a lease: after a freeze, others may be at it (failure L6).

        Whoever takes such a job again, this worker included, begins it again, by its token.
        """
        slept = self._shared.services.clock.monotonic() - self._begun_since
        if slept * 1000 < self._shared.services.settings.background_job_lease_ms:
            return
        with self._lock:
            ahead = list(self._ahead)
            self._ahead.clear()
        self._shared.holdings.put_back(ahead)


def hung_handlers() -> int:
    """How many handlers of this process were given up and still run."""
    return sum(thread.name == HUNG_NAME for thread in threading.enumerate())
