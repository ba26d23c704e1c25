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
from lib.ticks.canary import is_in_canary
from lib.ticks.decision import (
    DispatchControl,
    Handover,
    TickDecision,
    TickFacts,
    TickMode,
    TickReason,
    after_handover,
    decide,
)
from lib.ticks.events import Dispatch, TickSource
from lib.ticks.handover import HandedOver, hand_over, log_untracked
from lib.ticks.inline import work_inline
from lib.ticks.ledger import TickContext, is_dispatched, read_context, record_tick
from lib.ticks.report import TickReport
from lib.ticks.window import Window, window_at
from lib.work.execute import Execution

STORE_AWAY: Final = frozenset({StoreUnavailable.code, StoreTimedOut.code, StoreBusy.code})
RUN_SOURCES: Final = {TickSource.CRON: RunSource.INLINE, TickSource.CLI: RunSource.CLI}
"""What runs of inline work are called by."""


def run_tick(services: Services, *, source: TickSource = TickSource.CRON) -> TickReport:
    """Get this tick's work done, whatever else is broken: hand it to Inngest, or do it here.

    A responsibility that fails is in the report, the others stand. Raises StoreUnavailable when nothing could
    be sent and no work could be attempted, whatever keeps the database; another StoreError when it does not
    fit this code.
    """
    try:
        return _run(services, source)
    except StoreUnavailable as error:
        structlog.get_logger().error(LogEvent.STORE_UNAVAILABLE, while_doing="tick", code=error.code)
        raise StoreUnavailable(error.message) from error


def _run(services: Services, source: TickSource) -> TickReport:
    began = services.clock.monotonic()
    context = _context(services)
    window = window_at(context.now, services.settings.background_jobs_dispatch_window_seconds)
    correlation_id = f"{services.random.getrandbits(64):016x}"
    with log_context(dispatch_key=window.dispatch_key, correlation_id=correlation_id):
        decision = decide(_facts(services, context, window))
        structlog.get_logger().info(
            LogEvent.TICK_DECIDED, mode=decision.mode, reason=decision.reason, degraded=decision.degraded
        )
        dispatch = Dispatch(
            window=window,
            generation=0,
            source=source,
            requested_at=context.now,
            correlation_id=correlation_id,
        )
        if decision.mode is TickMode.INNGEST:
            handed = hand_over(services, decision, dispatch, tracking=not context.store_away)
        else:
            handed = HandedOver(decision=decision, tracked=_record(services, decision, dispatch))
        decision, executions = _work(services, handed.decision, window, source)
        if executions and all(e.error_code in STORE_AWAY for e in executions.values()):
            raise StoreUnavailable
        report = TickReport(
            mode=decision.mode,
            reason=decision.reason,
            dispatch_key=window.dispatch_key,
            requested_at=context.now,
            finished_at=context.now + timedelta(seconds=services.clock.monotonic() - began),
            degraded=decision.degraded or not handed.tracked or _any_degraded(executions),
            sent=handed.sent,
            executions=executions,
        )
        _log_end(report)
    return report


def foresee_tick(services: Services) -> dict[str, Any]:
    """What a tick would decide now and how many jobs are due; nothing is changed. Raises StoreError."""
    with services.store.transaction() as connection:
        context = read_context(connection)
    window = window_at(context.now, services.settings.background_jobs_dispatch_window_seconds)
    decision = decide(_facts(services, context, window))
    with services.store.transaction() as connection:
        due = count_due(connection)
        if decision.mode is TickMode.INNGEST and is_dispatched(connection, window):
            decision = after_handover(decision, Handover.DUPLICATE)
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
    """The shared clock and the controls; while the database is away, this instance's clock and no control.

    Raises StoreError where nothing could be sent either.
    """
    try:
        with services.store.transaction() as connection:
            return read_context(connection)
    except StoreUnavailable as error:
        context = TickContext(now=services.clock.now(), control=DispatchControl.AUTO, store_away=True)
        window = window_at(context.now, services.settings.background_jobs_dispatch_window_seconds)
        if decide(_facts(services, context, window)).mode is not TickMode.INNGEST:
            raise
        structlog.get_logger().error(LogEvent.STORE_UNAVAILABLE, while_doing="read_context", code=error.code)
        return context


def _facts(services: Services, context: TickContext, window: Window) -> TickFacts:
    percent = services.settings.background_jobs_inngest_percent
    return TickFacts(
        use_inngest=services.settings.background_jobs_use_inngest,
        inngest_usable=services.environment.inngest_usable,
        control=context.control,
        percent=percent,
        in_canary=is_in_canary(window, percent),
    )


def _record(services: Services, decision: TickDecision, dispatch: Dispatch) -> bool:
    """Whether the ledger took the tick; one that it does not take goes on all the same (design §5)."""
    try:
        with services.store.transaction() as connection:
            record_tick(connection, dispatch.window, decision, correlation_id=dispatch.correlation_id)
    except (StoreError, psycopg.Error) as error:
        log_untracked(dispatch.window.dispatch_key, error)
        return False
    return True


def _work(
    services: Services, decision: TickDecision, window: Window, source: TickSource
) -> tuple[TickDecision, dict[str, Execution]]:
    """Work inline where that was decided; `busy` in the decision's place when somebody else is at it."""
    settings = services.settings
    match decision.mode:
        case TickMode.INLINE:
            run_source, budget_ms = RUN_SOURCES[source], settings.background_job_cron_time_budget_ms
        case TickMode.INLINE_FALLBACK:
            run_source, budget_ms = RunSource.INLINE_FALLBACK, settings.background_jobs_inline_budget_ms
        case _:
            return decision, {}
    busy = replace(decision, mode=TickMode.BUSY, reason=TickReason.LEASE_HELD)
    try:
        executions = work_inline(
            services, source=run_source, dispatch_key=window.dispatch_key, budget_ms=budget_ms
        )
    except LeaseHeld as held:
        structlog.get_logger().info(LogEvent.TICK_BUSY, lease=held.name)
        return busy, {}
    superseded = any(e.status is RunStatus.SUPERSEDED for e in executions.values())
    return (busy if superseded else decision), executions


def _any_degraded(executions: dict[str, Execution]) -> bool:
    return any(e.status is RunStatus.DEGRADED for e in executions.values())
