"""A drain's own transactions: recording ends and beginnings, counting and logging them."""

from collections.abc import Callable, Sequence
from typing import Final, TypeVar

import structlog

from lib.errors import LeaseLost, StoreUnavailable
from lib.jobs.holdings import Holdings
from lib.jobs.job import ClaimedJob
from lib.jobs.lease import begin
from lib.jobs.retry import RetryReason, Verdict
from lib.jobs.settle import Settled, Settlement, settle
from lib.jobs.summary import Tally
from lib.log.events import LogEvent
from lib.services import Services
from lib.store.store import Connection

Result = TypeVar("Result")

TRIES: Final = 3
"""Each waits for a connection by itself (DATABASE_CONNECT_TIMEOUT_MS), so a restart of the database passes
unnoticed. What was committed unseen is found settled at the next try and counted as skipped."""


def persistently(services: Services, work: Callable[[Connection], Result]) -> Result:
    """Do `work` in one transaction, at most TRIES times while the database is away.

    Raises StoreUnavailable after the last: the leases then run out and nothing is lost.
    """
    for _ in range(TRIES - 1):
        try:
            with services.store.transaction() as connection:
                return work(connection)
        except StoreUnavailable as error:
            structlog.get_logger().warning(LogEvent.STORE_UNAVAILABLE, while_doing="drain", code=error.code)
    with services.store.transaction() as connection:
        return work(connection)


class Bookkeeper:
    """Writes down what a drain's workers did; every count of the summary but `claimed` comes from here."""

    def __init__(self, services: Services, holdings: Holdings, tally: Tally) -> None:
        self._services = services
        self._holdings = holdings
        self._tally = tally

    def exchange(
        self, settlements: Sequence[Settlement], jobs: Sequence[ClaimedJob] = ()
    ) -> list[ClaimedJob]:
        """Settle what is done and mark `jobs` as begun, in one transaction; those that may be run."""
        if not settlements and not jobs:
            return []
        lease_ms = self._services.settings.background_job_lease_ms

        def work(connection: Connection) -> tuple[list[Settled], set[int]]:
            settled = settle(connection, settlements)
            return settled, begin(connection, jobs, lease_ms=lease_ms) if jobs else set()

        settled, ours = persistently(self._services, work)
        for one in settled:
            self._count(one)
        for job in jobs:
            if job.id not in ours:
                self._lost(job.id, job.kind)
        self._holdings.drop(
            [one.settlement.job_id for one in settled] + [job.id for job in jobs if job.id not in ours]
        )
        return [job for job in jobs if job.id in ours]

    def _count(self, one: Settled) -> None:
        settlement, decision = one.settlement, one.settlement.decision
        if one.status is None:
            self._lost(settlement.job_id, settlement.kind)
        elif decision is None:
            self._tally.add(succeeded=1)
            structlog.get_logger().debug(
                LogEvent.JOB_SUCCEEDED, job_id=settlement.job_id, kind=settlement.kind
            )
        elif decision.reason in (RetryReason.NOT_BEGUN, RetryReason.INTERRUPTED):
            self._tally.add(skipped=1)
            self._log(one, LogEvent.JOB_GIVEN_BACK)
        elif decision.verdict is Verdict.RESCHEDULE:
            self._tally.add(rescheduled=1)
            self._log(one, LogEvent.JOB_RESCHEDULED)
        elif decision.verdict is Verdict.RETRY:
            self._tally.add(failed=1, retried=1)
            self._log(one, LogEvent.JOB_RETRIED)
        else:
            self._tally.add(failed=1, dead=1)
            self._log(one, LogEvent.JOB_DEAD)

    def _log(self, one: Settled, event: LogEvent) -> None:
        log = structlog.get_logger()
        say = {LogEvent.JOB_DEAD: log.error, LogEvent.JOB_RETRIED: log.warning}.get(event, log.info)
        say(
            event,
            job_id=one.settlement.job_id,
            kind=one.settlement.kind,
            reason=one.settlement.decision.reason if one.settlement.decision else None,
            error=one.settlement.error,
            superseded_by=one.superseded_by,
        )

    def _lost(self, job_id: int, kind: str) -> None:
        self._tally.add(skipped=1)
        structlog.get_logger().warning(LogEvent.JOB_LEASE_LOST, job_id=job_id, kind=kind, code=LeaseLost.code)
