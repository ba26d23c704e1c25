"""The drain: claims due jobs and has them run until the queue is empty, or limit or budget is used.

A batch is claimed when the workers' supply runs low. A job that may have killed its worker (crashes > 0) is
run alone: the drain waits until nothing else is held, then claims it and nothing beside it (failure L7).
"""

from typing import Final
from uuid import UUID

import structlog

from lib.clock import Deadline
from lib.errors import WorkFailed
from lib.heartbeat import heartbeat
from lib.jobs.bookkeeping import Bookkeeper, persistently
from lib.jobs.claim import Claimer
from lib.jobs.crew import WATCH_SECONDS, Crew
from lib.jobs.health import count_due
from lib.jobs.holdings import Holdings
from lib.jobs.job import ClaimedJob
from lib.jobs.lease import extend
from lib.jobs.pace import Pace
from lib.jobs.summary import DrainSummary, StoppedBecause, Tally
from lib.jobs.upkeep import EVERY_MS, keep_up
from lib.jobs.worker import Shared
from lib.log.events import LogEvent
from lib.services import Services

RESERVE_MS: Final = 7_500
"""Claiming stops this long before the deadline (design §7): time for what runs to end."""
ENDING_MS: Final = 1_000
"""What is kept of the reserve for our own last records."""
BATCH_LIMIT: Final = 100
LOOK_AGAIN_MS: Final = 250


def drain(
    services: Services,
    *,
    deadline: Deadline,
    limit: int | None = None,
    workers: int | None = None,
) -> DrainSummary:
    """Run due jobs until the queue is empty, `limit` are claimed or `deadline` comes near.

    A process that is told to end claims no more. `limit` and `workers` default to the settings'. Ends before
    `deadline` unless the database stalls. Raises StoreUnavailable when the database stays away (the leases
    then run out; nothing is lost) and WorkFailed when this process's handlers hang and none may be begun.
    """
    settings = services.settings
    return _Drain(
        services,
        deadline=deadline,
        limit=settings.background_job_cron_limit if limit is None else limit,
        workers=settings.background_job_worker_concurrency if workers is None else workers,
    ).run()


class _Drain:
    def __init__(self, services: Services, *, deadline: Deadline, limit: int, workers: int) -> None:
        self._services = services
        self._began = services.clock.monotonic()
        self._deadline = deadline
        self._claim_until = deadline.earlier_by_ms(RESERVE_MS)
        self._limit = limit
        self._size = workers
        self._tally = Tally()
        self._holdings = Holdings()
        self._pace = Pace()
        self._claimer = Claimer(
            holder=services.instance,
            lease_ms=services.settings.background_job_lease_ms,
            start=UUID(int=services.random.getrandbits(128)),
        )
        self._suspects = False
        """Whether there are due jobs with crashes, as far as known."""
        self._suspect_next = False
        """Whether it is a suspect's turn: each follows one batch of others."""
        self._alone = False
        """Whether what is held is a suspect, beside which nothing runs."""
        self._look_again = Deadline.after_ms(services.clock, 0)
        """When to claim again after a claim that found nothing while jobs run."""

    def run(self) -> DrainSummary:
        self._keep_up()
        shared = Shared(
            services=self._services,
            holdings=self._holdings,
            books=Bookkeeper(self._services, self._holdings, self._tally),
            pace=self._pace,
        )
        crew = Crew(shared, workers=self._size)
        try:
            if crew.too_many_hang:
                raise WorkFailed("Handlers of this process hang past their deadlines: restart it.")
            with heartbeat(
                self._beat, every_ms=self._services.settings.background_job_heartbeat_ms, name="drain"
            ):
                reason = self._work(crew)
                crew.end(self._ending(reason))
        finally:
            self._holdings.close()
        return self._summary(reason)

    def _work(self, crew: Crew) -> StoppedBecause:
        """Claim until there is a reason to stop."""
        while True:
            crew.watch()
            reason = self._reason_to_stop(crew)
            if reason is not None:
                return reason
            if self._upkeep_due.passed:
                self._keep_up()
            if not self._supply():
                if self._holdings.idle and self._left > 0 and not self._keep_up():
                    return StoppedBecause.EMPTY
                self._holdings.wait(WATCH_SECONDS)

    def _reason_to_stop(self, crew: Crew) -> StoppedBecause | None:
        if self._services.stopping.asked:
            return StoppedBecause.SHUTDOWN
        if self._claim_until.passed:
            return StoppedBecause.BUDGET
        if crew.too_many_hang:
            structlog.get_logger().error(LogEvent.HANDLERS_HANG)
            return StoppedBecause.BUDGET
        if self._tally["claimed"] >= self._limit and self._holdings.idle:
            return StoppedBecause.LIMIT
        return None

    def _supply(self) -> bool:
        """Claim what the workers need; whether anything was claimed."""
        idle = self._holdings.idle
        if (self._alone or (self._suspects and self._suspect_next)) and not idle:
            return False
        if self._suspects and self._suspect_next and self._claim_suspect():
            return True
        self._alone = False
        batch = self._needed()
        if batch < 1 or not (idle or self._look_again.passed):
            return False
        if self._add(
            persistently(
                self._services, lambda connection: self._claimer.claim(connection, batch, self._paused)
            )
        ):
            self._suspect_next = True
            return True
        self._look_again = Deadline.after_ms(self._services.clock, LOOK_AGAIN_MS)
        return idle and self._claim_suspect()

    def _claim_suspect(self) -> bool:
        if self._left < 1:
            return False
        self._suspect_next = False
        self._suspects = self._alone = self._add(
            persistently(
                self._services, lambda connection: self._claimer.claim_suspect(connection, self._paused)
            )
        )
        return self._alone

    def _add(self, jobs: list[ClaimedJob]) -> bool:
        self._tally.add(claimed=len(jobs))
        self._holdings.add(jobs)
        return bool(jobs)

    def _needed(self) -> int:
        """How many jobs to claim now; 0 while the supply is good enough."""
        target = max(0, self._size - self._holdings.busy) + self._pace.lead(self._size)
        needed = target - self._holdings.waiting
        if needed < max(1, target // 2):
            return 0
        return min(needed, BATCH_LIMIT, self._left)

    @property
    def _left(self) -> int:
        """How many jobs may still be claimed."""
        return self._limit - self._tally["claimed"]

    def _keep_up(self) -> bool:
        """Do the upkeep; whether there is something to claim that was not before."""
        done = keep_up(self._services)
        self._tally.add(released_stale=done.released, dead=done.dead)
        self._paused = done.paused
        self._suspects = done.suspects
        self._upkeep_due = Deadline.after_ms(self._services.clock, EVERY_MS)
        return done.promoted + done.released - done.dead > 0

    def _beat(self) -> bool:
        """Extend the leases of everything held."""
        held = self._holdings.held
        if held:
            with self._services.store.transaction() as connection:
                extend(connection, held, lease_ms=self._services.settings.background_job_lease_ms)
        return True

    def _ending(self, reason: StoppedBecause) -> Deadline:
        """Until when to wait for what runs."""
        ending = self._deadline.earlier_by_ms(ENDING_MS)
        if reason is StoppedBecause.SHUTDOWN:
            return ending.at_most_ms(self._services.stopping.grace_ms)
        return ending

    def _summary(self, reason: StoppedBecause) -> DrainSummary:
        remaining = persistently(self._services, count_due)
        elapsed = self._services.clock.monotonic() - self._began
        summary = self._tally.summary(
            remaining=remaining, duration_ms=round(elapsed * 1000), stopped_because=reason
        )
        structlog.get_logger().info(LogEvent.DRAIN_FINISHED, **summary.as_json())
        return summary
