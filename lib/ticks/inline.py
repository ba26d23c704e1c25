"""Inline work: every responsibility in this process, now, by one at a time (design §5)."""

import structlog

from lib.clock import Deadline
from lib.errors import EnvironmentRefused, EverytickError, StoreError
from lib.jobs.last_error import describe_error
from lib.log.events import LogEvent
from lib.services import Services
from lib.single_flight import single_flight
from lib.status.run_status import RunSource, RunStatus
from lib.store.lease import LeaseName
from lib.work.execute import Execution, execute
from lib.work.responsibilities import RESPONSIBILITIES, Responsibility


def work_inline(
    services: Services, *, source: RunSource, dispatch_key: str, budget_ms: int
) -> dict[str, Execution]:
    """Do every responsibility within `budget_ms`; by name, how each ended.

    One that fails does not keep the next from its turn, whatever the reason, its record included. Raises
    LeaseHeld while another inline execution is alive, StoreError when the lease cannot be taken,
    EnvironmentRefused when the database turns out to be another kind's.
    """
    deadline = Deadline.after_ms(services.clock, budget_ms)

    def attempt(responsibility: Responsibility) -> Execution:
        within = deadline.at_most_ms(budget_ms * responsibility.inline_share)
        try:
            return execute(
                services, responsibility, source=source, dispatch_key=dispatch_key, deadline=within
            )
        except EnvironmentRefused:
            raise
        except Exception as error:  # noqa: BLE001 - its run could not be recorded; the next has its turn
            return _unrecorded(services, responsibility, error)

    with single_flight(services, LeaseName.INLINE):
        return {responsibility.name: attempt(responsibility) for responsibility in RESPONSIBILITIES}


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
