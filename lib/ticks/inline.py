"""Inline work: every responsibility in this process, now, by one at a time (design §5)."""

from collections.abc import Mapping

import structlog

from lib.clock import Deadline
from lib.errors import EnvironmentRefused, EverytickError, StoreError
from lib.jobs.last_error import describe_error
from lib.log.events import LogEvent
from lib.services import Services
from lib.single_flight import single_flight
from lib.status.run_status import RunSource, RunStatus
from lib.store.held_lease import HeldLease, LeaseTaken
from lib.store.lease import LeaseName
from lib.work.execute import Execution, execute
from lib.work.responsibilities import RESPONSIBILITIES, Responsibility


def every_as(source: RunSource) -> dict[str, RunSource]:
    """Every responsibility, its run called by `source`."""
    return {responsibility.name: source for responsibility in RESPONSIBILITIES}


def work_inline(
    services: Services, *, sources: Mapping[str, RunSource], dispatch_key: str, budget_ms: int
) -> dict[str, Execution]:
    """Do each responsibility that `sources` names within `budget_ms`; by name, how each ended.

    `sources` says by a responsibility's name what its run is called.

    One that fails does not keep the next from its turn, whatever the reason, its record included; none begins
    once another inline execution has taken over from this one. Raises LeaseHeld while another is alive,
    StoreError when the lease cannot be taken, EnvironmentRefused when the database turns out to be another
    kind's.
    """
    deadline = Deadline.after_ms(services.clock, budget_ms)

    def attempt(responsibility: Responsibility, held: HeldLease) -> Execution:
        within = deadline.at_most_ms(budget_ms * responsibility.inline_share)
        try:
            with services.store.transaction() as connection:
                held.check(connection)
            return execute(
                services,
                responsibility,
                source=sources[responsibility.name],
                dispatch_key=dispatch_key,
                deadline=within,
            )
        except EnvironmentRefused:
            raise
        except LeaseTaken as taken:
            return Execution(status=RunStatus.SUPERSEDED, held_until=taken.until)
        except Exception as error:  # noqa: BLE001 - its run could not be recorded; the next has its turn
            return _unrecorded(services, responsibility, error)

    with single_flight(services, LeaseName.INLINE) as held:
        wanted = [r for r in RESPONSIBILITIES if r.name in sources]
        return {responsibility.name: attempt(responsibility, held) for responsibility in wanted}


def _unrecorded(services: Services, responsibility: Responsibility, error: Exception) -> Execution:
    """The failed execution of a responsibility whose run could not even be written down."""
    known = isinstance(error, StoreError)
    structlog.get_logger().error(
        LogEvent.RUN_FAILED,
        job_name=responsibility.job_name,
        error_class=type(error).__name__,
        exc_info=None if known else error,
    )
    return Execution(
        status=RunStatus.FAILED,
        summary=None,
        error=describe_error(services.redactor, error),
        error_code=error.code if isinstance(error, StoreError) else EverytickError.code,
    )
