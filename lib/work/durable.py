"""One step of a durable run: decide whether there is anything to do, do it, record it (design §6).

Everything here happens inside a step of the engine, which may be called again at any time: after a failure,
after a lost answer, late, or twice at once.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

import structlog

from lib.errors import EverytickError, StoreError
from lib.jobs.last_error import describe_error, storable
from lib.log.events import LogEvent
from lib.log.setup import log_context
from lib.services import Services
from lib.settings import Settings
from lib.single_flight import single_flight
from lib.status.run_status import RunStatus
from lib.store.held_lease import LeaseTaken
from lib.store.lease import LeaseHeld
from lib.store.store import Connection
from lib.work.call import RunCall
from lib.work.engine_retry import latest_retry_s
from lib.work.lines import LineFailure, cover_line, execute_line, fail_line, note_run
from lib.work.record import RunRecord
from lib.work.responsibilities import Outcome, Responsibility
from lib.work.run_error import RunDeferred, StepBroken
from lib.work.runs import OpenedRun, RunKey, close_run, fail_run, note_retry, open_run, own_run
from lib.work.standing import RunDecision, RunStanding, RunVerdict, decide_run, read_standing
from lib.work.step_report import RunEnd, StepReport

SOONEST_AGAIN: Final = timedelta(seconds=1)
"""A run that is deferred is not called again before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one step's work came to."""

    result: dict[str, Any] = field(default_factory=dict)
    outcome: Outcome | None = None
    """The whole run's, when this was its last part; None: the run goes on."""
    beside: int = 0
    """How many steps side by side come next."""


def perform(
    services: Services,
    responsibility: Responsibility,
    call: RunCall,
    work: Callable[[Services], Part],
    *,
    begun: bool,
) -> StepReport:
    """Do one step of the run that `call` names; `begun` says that an earlier step of it has been done.

    A run whose tick is covered or whose event is too old ends without work. The part that ends the run
    closes its row here, inside the step, so that a lost last request leaves nothing running. Raises
    RunDeferred while somebody else holds the responsibility's lease, or has taken it over from this step
    (nothing is closed), and StepBroken, redacted, for whatever the work raised.
    """
    run = _key(services, responsibility, call)
    told = log_context(run_id=call.run_id, dispatch_key=call.dispatch_key, attempt=call.attempt)
    with told, _told_redacted(services, run):
        return _step(services, responsibility, run, call, work, begun=begun)


def fail_durable_run(
    services: Services, responsibility: Responsibility, call: RunCall, *, error: str
) -> bool:
    """Close the run as failed because the engine gave it up; False when it was closed before.

    One small idempotent write, since the engine calls its failure function once and never again. `error` is
    its own word, which may be of any length and content. Raises StepBroken, redacted.
    """
    run = _key(services, responsibility, call)
    text = storable(services.redactor.text(error))
    with _told_redacted(services, run), services.store.transaction() as connection:
        failed = fail_run(connection, run, error=text)
        if failed is not None:
            note_run(connection, run.job_name, call)
            fail_line(connection, run, LineFailure.RUN_FAILED)
    if failed is None:
        return False
    structlog.get_logger().error(LogEvent.RUN_FAILED, job_name=run.job_name, run_id=run.run_id, error=text)
    opened = OpenedRun(started_at=failed.started_at, attempt=failed.attempt, now=failed.finished_at)
    RunRecord.of(services, run, opened).show_failed(text, failed.finished_at)
    return True


def _step(
    services: Services,
    responsibility: Responsibility,
    run: RunKey,
    call: RunCall,
    work: Callable[[Services], Part],
    *,
    begun: bool,
) -> StepReport:
    decision, opened = _begin(services, run, call, begun=begun)
    record = RunRecord.of(services, run, opened)
    if decision.verdict is not RunVerdict.WORK:
        return _without_work(record, decision)
    if decision.standing.status is None:
        structlog.get_logger().info(LogEvent.RUN_STARTED, job_name=run.job_name, source=run.source)
    part = _work(record, responsibility, decision, work)
    return StepReport(
        started_at=opened.started_at,
        result=part.result,
        beside=part.beside,
        end=None if part.outcome is None else _end(record, part.outcome),
    )


def _key(services: Services, responsibility: Responsibility, call: RunCall) -> RunKey:
    return RunKey(
        job_name=responsibility.job_name,
        run_id=call.run_id,
        source=call.source,
        dispatch_key=call.dispatch_key,
        # Each call that begins to work owns the run from then on: one that it overtook closes nothing.
        owner=f"{services.instance}/{services.random.getrandbits(64):016x}",
        attempt=call.attempt,
    )


def _begin(services: Services, run: RunKey, call: RunCall, *, begun: bool) -> tuple[RunDecision, OpenedRun]:
    """Decide, and note what was decided, in one transaction."""
    requested_at = call.tick.requested_at if call.tick else None
    with services.store.transaction() as connection:
        standing = read_standing(connection, run.job_name, run.run_id, requested_at=requested_at)
        decision = decide_run(
            standing,
            requested_at=requested_at,
            forced=call.forced,
            begun=begun,
            max_age=timedelta(seconds=services.settings.background_jobs_max_event_age_seconds),
        )
        if decision.verdict is RunVerdict.CLOSED:
            opened = OpenedRun(
                started_at=standing.started_at or standing.now,
                attempt=standing.attempt or 0,
                now=standing.now,
            )
            return decision, opened
        opened = open_run(connection, run)
        note_run(connection, run.job_name, call)
        if decision.verdict is not RunVerdict.WORK:
            _supersede(connection, run, decision, services.settings)
    return decision, opened


def _supersede(connection: Connection, run: RunKey, decision: RunDecision, settings: Settings) -> None:
    own_run(connection, run)
    close_run(
        connection,
        run,
        status=RunStatus.SUPERSEDED,
        summary={"reason": decision.verdict, "coveredBy": decision.standing.covered_by},
        error=None,
    )
    if decision.verdict is RunVerdict.COVERED:
        cover_line(connection, run, covered_by=decision.standing.covered_by)
        in_time = timedelta(seconds=settings.background_jobs_dispatch_grace_seconds)
        execute_line(connection, run, within=in_time)


def _without_work(record: RunRecord, decision: RunDecision) -> StepReport:
    """The report of a run with nothing to do, or of one that has said all before."""
    standing = decision.standing
    structlog.get_logger().info(
        LogEvent.RUN_SUPERSEDED,
        job_name=record.run.job_name,
        reason=decision.verdict,
        covered_by=standing.covered_by,
    )
    if decision.verdict is RunVerdict.CLOSED:
        return _said_again(record, standing)
    end = RunEnd(status=RunStatus.SUPERSEDED, reason=decision.verdict, finished_at=standing.now)
    return StepReport(started_at=record.opened.started_at, result={}, end=end)


def _said_again(record: RunRecord, standing: RunStanding) -> StepReport:
    """What a run said that was closed before; whoever closed it may have died before its blob was written."""
    status = standing.status or RunStatus.SUPERSEDED
    record.show_end(status, standing.finished_at, standing.error)
    end = _told(
        status,
        record.opened.started_at,
        standing.finished_at,
        summary=standing.summary,
        error=standing.error,
    )
    return StepReport(
        started_at=record.opened.started_at,
        result=standing.summary or {},
        end=end.model_copy(update={"reason": RunVerdict.CLOSED}),
    )


def _work(
    record: RunRecord, responsibility: Responsibility, decision: RunDecision, work: Callable[[Services], Part]
) -> Part:
    services, lease = record.services, responsibility.lease
    began = services.clock.monotonic()
    try:
        with single_flight(services, lease) if lease else nullcontext() as held:
            record.own()
            record.show_running()
            with record.beating():
                return work(replace(services, lease=held))
    except (LeaseHeld, LeaseTaken) as theirs:
        elapsed = timedelta(seconds=services.clock.monotonic() - began)
        now = decision.standing.now + elapsed
        until = max(theirs.until, now + SOONEST_AGAIN)
        _note_retry(record, (until - now).total_seconds())
        structlog.get_logger().info(LogEvent.RUN_DEFERRED, job_name=record.run.job_name, lease=theirs.name)
        raise RunDeferred(until=until) from theirs
    except Exception as error:
        _note_retry(record, latest_retry_s(record.run.attempt))
        record.show_running(describe_error(services.redactor, error))
        raise


def _note_retry(record: RunRecord, seconds: float) -> None:
    try:
        with record.services.store.transaction() as connection:
            note_retry(connection, record.run, seconds=seconds)
    except StoreError as error:
        structlog.get_logger().warning(LogEvent.STORE_UNAVAILABLE, while_doing="note_retry", code=error.code)


@contextmanager
def _told_redacted(services: Services, run: RunKey) -> Iterator[None]:
    """Log what breaks the body, and raise it as the engine may see it: its texts leave this house."""
    try:
        yield
    except RunDeferred:
        raise
    except Exception as error:  # noqa: BLE001 - logged and raised again, without what it may carry
        known = isinstance(error, EverytickError)
        structlog.get_logger().error(
            LogEvent.RUN_STEP_FAILED,
            job_name=run.job_name,
            error_class=type(error).__name__,
            exc_info=None if known else error,
        )
        raise StepBroken(describe_error(services.redactor, error)) from None


def _end(record: RunRecord, outcome: Outcome) -> RunEnd:
    """Close the run as `outcome` says."""
    finished_at = record.close(outcome.status, summary=outcome.summary, error=outcome.error)
    structlog.get_logger().info(
        LogEvent.RUN_FINISHED,
        job_name=record.run.job_name,
        status=outcome.status,
        summary=outcome.summary,
        fenced=finished_at is None,
    )
    return _told(
        outcome.status,
        record.opened.started_at,
        finished_at,
        summary=outcome.summary,
        error=outcome.error,
    )


def _told(
    status: RunStatus,
    started_at: datetime,
    finished_at: datetime | None,
    *,
    summary: dict[str, Any] | None,
    error: str | None,
) -> RunEnd:
    elapsed = (finished_at - started_at) if finished_at else None
    return RunEnd(
        status=status,
        finished_at=finished_at,
        duration_ms=None if elapsed is None else round(elapsed.total_seconds() * 1000),
        summary=summary,
        error=error,
    )
