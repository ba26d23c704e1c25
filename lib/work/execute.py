"""One recorded execution of one responsibility: the run's row, its heartbeat, its blob around the work."""

from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import structlog

from lib.clock import Deadline
from lib.errors import EverytickError, StoreError
from lib.jobs.last_error import describe_error
from lib.log.events import LogEvent
from lib.services import Services
from lib.single_flight import single_flight
from lib.status.run_status import RunSource, RunStatus
from lib.store.held_lease import LeaseTaken
from lib.store.lease import LeaseHeld
from lib.work.record import RunRecord
from lib.work.responsibilities import Responsibility
from lib.work.runs import RunKey, open_run


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """How an execution ended."""

    status: RunStatus
    """succeeded, degraded or failed; superseded when somebody else is at it."""
    summary: dict[str, Any] | None = None
    """None when the work raised."""
    error: str | None = None
    error_code: str | None = None
    """The error's stable code; None when the work did not raise."""
    held_until: datetime | None = None
    """When superseded: the end of the other holder's lease, by the database's clock."""


def execute(
    services: Services,
    responsibility: Responsibility,
    *,
    source: RunSource,
    dispatch_key: str | None,
    deadline: Deadline,
) -> Execution:
    """Run `responsibility` once and record it in `runs` and in the cache.

    Work that fails is recorded and comes back as a failed Execution. A lease held elsewhere, or lost while it
    worked, closes the run as superseded, which writes nothing to the cache: the holder's own blob stays
    (design §6). Raises StoreError when the database is away before anything was begun.
    """
    run = RunKey(
        job_name=responsibility.job_name,
        run_id=f"{source}:{services.random.getrandbits(96):024x}",
        source=source,
        dispatch_key=dispatch_key,
        owner=services.instance,
    )
    with services.store.transaction() as connection:
        opened = open_run(connection, run)
    record = RunRecord.of(services, run, opened)
    log = structlog.get_logger().bind(job_name=run.job_name, run_id=run.run_id, source=source)
    log.info(LogEvent.RUN_STARTED)
    lease = responsibility.lease
    try:
        with single_flight(services, lease) if lease else nullcontext() as held:
            record.show_running()
            with record.beating():
                outcome = responsibility.work(replace(services, lease=held), deadline)
        record.close(outcome.status, summary=outcome.summary, error=outcome.error)
    except (LeaseHeld, LeaseTaken) as theirs:
        record.close(RunStatus.SUPERSEDED, summary={"reason": theirs.code}, error=None)
        return Execution(status=RunStatus.SUPERSEDED, held_until=theirs.until)
    except Exception as error:  # noqa: BLE001 - whatever the work raised is recorded as this run's failure
        return _failed(record, error)
    log.info(LogEvent.RUN_FINISHED, status=outcome.status, summary=outcome.summary)
    return Execution(status=outcome.status, summary=outcome.summary, error=outcome.error)


def _failed(record: RunRecord, error: Exception) -> Execution:
    """Record what the work raised, as far as the database lets us."""
    known = isinstance(error, EverytickError)
    text = describe_error(record.services.redactor, error)
    structlog.get_logger().error(
        LogEvent.RUN_FAILED,
        job_name=record.run.job_name,
        run_id=record.run.run_id,
        error_class=type(error).__name__,
        exc_info=None if known else error,
    )
    try:
        record.close(RunStatus.FAILED, summary={}, error=text)
    except StoreError as unrecorded:
        structlog.get_logger().warning(
            LogEvent.STORE_UNAVAILABLE, while_doing="close_run", code=unrecorded.code
        )
        record.show_failed(text)
    return Execution(
        status=RunStatus.FAILED,
        summary=None,
        error=text,
        error_code=error.code if isinstance(error, EverytickError) else "internal_error",
    )
