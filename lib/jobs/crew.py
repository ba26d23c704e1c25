"""A drain's workers, watched: none waits for a handler that hangs, and all end with the drain."""

from typing import Final

from lib.clock import Deadline
from lib.jobs.job import ClaimedJob
from lib.jobs.retry import decide_interruption
from lib.jobs.settle import Settlement
from lib.jobs.worker import Shared, Worker, hung_handlers

WATCH_SECONDS: Final = 0.05
"""How often the workers are looked at while nothing else happens."""
HUNG_LIMIT_PER_WORKER: Final = 2


class Crew:
    """The workers of one drain."""

    def __init__(self, shared: Shared, *, workers: int) -> None:
        self._shared = shared
        self._size = workers
        self._workers = [Worker(shared) for _ in range(workers)]

    @property
    def too_many_hang(self) -> bool:
        """Whether so many handlers of this process hang that no more should be begun."""
        return hung_handlers() >= self._size * HUNG_LIMIT_PER_WORKER

    def watch(self) -> None:
        """Replace each worker whose handler is past its deadline, unless too many hang; relieve slow ones.

        Raises what a worker of ours failed with.
        """
        self._shared.holdings.raise_failure()
        for place, worker in enumerate(self._workers):
            left = worker.give_up_overdue()
            if left is not None and not self.too_many_hang:
                self._shared.holdings.put_back(left.ahead)
                self._workers[place] = Worker(self._shared, left.settlements)
            elif left is not None or (left := worker.relieve()) is not None:
                self._shared.holdings.put_back(left.ahead)
                self._shared.books.exchange(left.settlements)

    def end(self, deadline: Deadline) -> None:
        """Give back what has not begun, wait for what runs until `deadline`, then interrupt it."""
        holdings, books = self._shared.holdings, self._shared.books
        books.exchange(given_back(holdings.close()))
        while not holdings.idle and not deadline.passed:
            self.watch()
            books.exchange(given_back(holdings.close()))
            holdings.wait(min(WATCH_SECONDS, max(deadline.remaining_ms() / 1000, 0.001)))
        ending = []
        for worker in self._workers:
            left = worker.give_up_running()
            if left is None:
                ending.append(worker)
            else:
                books.exchange([*left.settlements, *given_back(left.ahead)])
        holdings.raise_failure()
        for worker in ending:
            worker.join(WATCH_SECONDS)


def given_back(jobs: list[ClaimedJob]) -> list[Settlement]:
    """`jobs` that have not begun, as they were."""
    return [
        Settlement(
            job_id=job.id,
            token=job.token,
            kind=job.kind,
            decision=decide_interruption(started=False, reschedules=job.reschedules),
        )
        for job in jobs
    ]
