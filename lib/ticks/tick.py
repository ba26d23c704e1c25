"""One tick, from the shared clock to the report: read, decide, act (design §1, §5)."""

import logging
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import psycopg
import structlog

from lib.errors import StoreBusy, StoreError, StoreTimedOut, StoreUnavailable
from lib.jobs.health import count_due
from lib.log.events import LogEvent
from lib.log.setup import log_context
from lib.services import Services
from lib.status.run_status import RunSource, RunStatus
from lib.store.lease import LeaseHeld
from lib.ticks.decision import TickDecision, TickFacts, TickMode, TickReason, decide
from lib.ticks.inline import work_inline
from lib.ticks.ledger import TickContext, read_context, record_tick
from lib.ticks.report import TickReport
from lib.ticks.window import Window, window_at
from lib.work.execute import Execution

STORE_AWAY: Final = frozenset({StoreUnavailable.code, StoreTimedOut.code, StoreBusy.code})


def run_tick(services: Services, *, source: RunSource = RunSource.INLINE) -> TickReport:
    """Get this tick's work done, whatever else is broken.

    A responsibility that fails is in the report, the others stand. Raises StoreError when no work could be
    attempted because the database is away or does not fit.
    """
    began = services.clock.monotonic()
    context = _context(services)
    window = window_at(context.now, services.settings.background_jobs_dispatch_window_seconds)
    correlation_id = f"{services.random.getrandbits(64):016x}"
    with log_context(dispatch_key=window.dispatch_key, correlation_id=correlation_id):
        decision = decide(_facts(services, context))
        structlog.get_logger().info(
            LogEvent.TICK_DECIDED, mode=decision.mode, reason=decision.reason, degraded=decision.degraded
        )
        tracked = _record(services, window, decision, correlation_id)
        decision, executions = _act(services, decision, window, source)
        if executions and all(e.error_code in STORE_AWAY for e in executions.values()):
            raise StoreUnavailable
        report = TickReport(
            mode=decision.mode,
            reason=decision.reason,
            dispatch_key=window.dispatch_key,
            requested_at=context.now,
            finished_at=context.now + timedelta(seconds=services.clock.monotonic() - began),
            degraded=decision.degraded or not tracked or _any_degraded(executions),
            executions=executions,
        )
        _log_end(report)
    return report


def foresee_tick(services: Services) -> dict[str, Any]:
    """What a tick would decide now and how many jobs are due; nothing is changed. Raises StoreError."""
    context = _context(services)
    window = window_at(context.now, services.settings.background_jobs_dispatch_window_seconds)
    decision = decide(_facts(services, context))
    with services.store.transaction() as connection:
        due = count_due(connection)
    return {
        "mode": decision.mode,
        "reason": decision.reason,
        "dispatchKey": window.dispatch_key,
        "degraded": decision.degraded,
        "due": due,
    }


def _log_end(report: TickReport) -> None:
    structlog.get_logger().log(
        logging.ERROR if report.failed else logging.INFO,
        LogEvent.TICK_FAILED if report.failed else LogEvent.TICK_FINISHED,
        mode=report.mode,
        degraded=report.degraded,
        failed=sorted(report.failed),
    )


def _context(services: Services) -> TickContext:
    try:
        with services.store.transaction() as connection:
            return read_context(connection)
    except StoreUnavailable as error:
        structlog.get_logger().error(LogEvent.STORE_UNAVAILABLE, while_doing="tick", code=error.code)
        raise


def _facts(services: Services, context: TickContext) -> TickFacts:
    return TickFacts(
        use_inngest=services.settings.background_jobs_use_inngest,
        inngest_usable=services.environment.inngest_usable,
        control=context.control,
    )


def _record(services: Services, window: Window, decision: TickDecision, correlation_id: str) -> bool:
    """Whether the ledger took the tick; one that it does not take goes on all the same (design §5)."""
    try:
        with services.store.transaction() as connection:
            record_tick(connection, window, decision, correlation_id=correlation_id)
    except (StoreError, psycopg.Error) as error:
        structlog.get_logger().error(
            LogEvent.TICK_UNTRACKED,
            dispatch_key=window.dispatch_key,
            error_class=type(error).__name__,
            exc_info=None if isinstance(error, StoreError) else error,
        )
        return False
    return True


def _act(
    services: Services, decision: TickDecision, window: Window, source: RunSource
) -> tuple[TickDecision, dict[str, Execution]]:
    """Do what was decided; `busy` in the decision's place when somebody else is at it."""
    busy = replace(decision, mode=TickMode.BUSY, reason=TickReason.LEASE_HELD)
    try:
        executions = work_inline(
            services,
            source=source,
            dispatch_key=window.dispatch_key,
            budget_ms=services.settings.background_job_cron_time_budget_ms,
        )
    except LeaseHeld as held:
        structlog.get_logger().info(LogEvent.TICK_BUSY, lease=held.name)
        return busy, {}
    superseded = any(e.status is RunStatus.SUPERSEDED for e in executions.values())
    return (busy if superseded else decision), executions


def _any_degraded(executions: dict[str, Execution]) -> bool:
    return any(e.status is RunStatus.DEGRADED for e in executions.values())
