"""One recorded execution of one responsibility: the run's row, its heartbeat, its blob around the work."""

from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog

from lib.clock import Deadline
from lib.errors import EverytickError, StoreError
from lib.heartbeat import heartbeat
from lib.jobs.last_error import describe_error
from lib.log.events import LogEvent
from lib.services import Services
from lib.single_flight import single_flight
from lib.status.blobs import BlobStatus, StatusBlob
from lib.status.run_status import RunSource, RunStatus
from lib.store.lease import LeaseHeld
from lib.work.responsibilities import Outcome, Responsibility
from lib.work.runs import RunKey, beat_run, close_run, open_run

BLOB_STATUS = {
    RunStatus.SUCCEEDED: BlobStatus.SUCCEEDED,
    RunStatus.DEGRADED: BlobStatus.SUCCEEDED,
    RunStatus.FAILED: BlobStatus.FAILED,
}


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

    Work that fails is recorded and comes back as a failed Execution. A lease held elsewhere closes the run as
    superseded, which writes nothing to the cache: the holder's own blob stays (design §6). Raises StoreError
    when the database is away before anything was begun.
    """
    run = RunKey(
        job_name=responsibility.job_name,
        run_id=f"{source}:{services.random.getrandbits(96):024x}",
        source=source,
        dispatch_key=dispatch_key,
        owner=services.instance,
    )
    with services.store.transaction() as connection:
        started_at = open_run(connection, run)
    log = structlog.get_logger().bind(job_name=run.job_name, run_id=run.run_id, source=source)
    log.info(LogEvent.RUN_STARTED)
    lease = responsibility.lease
    try:
        with single_flight(services, lease) if lease else nullcontext():
            _write_blob(services, run, started_at, None, BlobStatus.RUNNING, None)
            with heartbeat(
                lambda: _beat(services, run),
                every_ms=services.settings.background_job_heartbeat_ms,
                name=run.job_name,
            ):
                outcome = responsibility.work(services, deadline)
        finished_at = _close(services, run, outcome.status, outcome)
    except LeaseHeld as held:
        _close(services, run, RunStatus.SUPERSEDED, None)
        return Execution(status=RunStatus.SUPERSEDED, held_until=held.until)
    except Exception as error:  # noqa: BLE001 - whatever the work raised is recorded as this run's failure
        return _failed(services, run, started_at, error)
    _write_blob(services, run, started_at, finished_at, BLOB_STATUS[outcome.status], outcome.error)
    log.info(LogEvent.RUN_FINISHED, status=outcome.status, summary=outcome.summary)
    return Execution(status=outcome.status, summary=outcome.summary, error=outcome.error)


def _failed(services: Services, run: RunKey, started_at: datetime, error: Exception) -> Execution:
    """Record what the work raised, as far as the database lets us."""
    known = isinstance(error, EverytickError)
    text = describe_error(services.redactor, error)
    structlog.get_logger().error(
        LogEvent.RUN_FAILED,
        job_name=run.job_name,
        run_id=run.run_id,
        error_class=type(error).__name__,
        exc_info=None if known else error,
    )
    outcome = Outcome(status=RunStatus.FAILED, summary={}, error=text)
    try:
        finished_at = _close(services, run, RunStatus.FAILED, outcome)
    except StoreError as unrecorded:
        structlog.get_logger().warning(
            LogEvent.STORE_UNAVAILABLE, while_doing="close_run", code=unrecorded.code
        )
        finished_at = None
    _write_blob(services, run, started_at, finished_at, BlobStatus.FAILED, text)
    return Execution(
        status=RunStatus.FAILED,
        summary=None,
        error=text,
        error_code=error.code if isinstance(error, EverytickError) else "internal_error",
    )


def _beat(services: Services, run: RunKey) -> bool:
    with services.store.transaction() as connection:
        return beat_run(connection, run)


def _close(services: Services, run: RunKey, status: RunStatus, outcome: Outcome | None) -> datetime | None:
    with services.store.transaction() as connection:
        return close_run(
            connection,
            run,
            status=status,
            summary=outcome.summary if outcome else None,
            error=outcome.error if outcome else None,
        )


def _write_blob(
    services: Services,
    run: RunKey,
    started_at: datetime,
    finished_at: datetime | None,
    status: BlobStatus,
    error: str | None,
) -> None:
    elapsed = (finished_at - started_at) if finished_at else None
    services.blobs.write(
        run.job_name,
        StatusBlob(
            status=status,
            started_at=started_at,
            finished_at=finished_at,
            duration_ms=round(elapsed.total_seconds() * 1000) if elapsed is not None else None,
            attempt=0,
            last_error=error,
            source=run.source,
        ),
    )
