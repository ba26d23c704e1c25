"""One tick, from the shared clock to the report: look, decide, act (design §1, §5)."""

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
from lib.ticks.decision import Handover, TickDecision, TickMode, TickReason, after_handover, decide
from lib.ticks.events import Dispatch, TickSource
from lib.ticks.facts import read_context, tick_context, tick_facts, tick_window
from lib.ticks.handover import HandedOver, hand_over, log_untracked
from lib.ticks.inline import every_as, work_inline
from lib.ticks.ledger import is_dispatched, record_tick
from lib.ticks.report import TickReport
from lib.ticks.steer import steered
from lib.ticks.watchdog import UNWATCHED, foresee, watch
from lib.ticks.window import Window
from lib.work.execute import Execution

STORE_AWAY: Final = frozenset({StoreUnavailable.code, StoreTimedOut.code, StoreBusy.code})
RUN_SOURCES: Final = {TickSource.CRON: RunSource.INLINE, TickSource.CLI: RunSource.CLI}
"""What runs of inline work are called by, where that is what the tick came for."""


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
    context = tick_context(services)
    window = tick_window(services, context)
    correlation_id = f"{services.random.getrandbits(64):016x}"
    with log_context(dispatch_key=window.dispatch_key, correlation_id=correlation_id):
        watched = UNWATCHED if context.store_away else watch(services)
        context = steered(services, context, watched)
        decision = decide(tick_facts(services, context, window, watched))
        _log_decision(decision)
        dispatch = Dispatch(
            window=window,
            generation=0,
            source=source,
            requested_at=context.now,
            correlation_id=correlation_id,
        )
        if decision.send:
            handed = hand_over(services, decision, dispatch, tracking=not context.store_away)
        else:
            handed = HandedOver(decision=decision, tracked=_record(services, decision, dispatch))
        decision, executions = _work(services, handed, window, source)
        if _nothing_attempted(handed, executions):
            raise StoreUnavailable
        report = TickReport(
            mode=decision.mode,
            reason=decision.reason,
            dispatch_key=window.dispatch_key,
            requested_at=context.now,
            finished_at=context.now + timedelta(seconds=services.clock.monotonic() - began),
            degraded=(
                decision.degraded
                or not (handed.tracked and watched.complete)
                or any(e.status is RunStatus.DEGRADED for e in executions.values())
            ),
            sent=handed.sent,
            executions=executions,
        )
        _log_end(report)
    return report


def foresee_tick(services: Services) -> dict[str, Any]:
    """What a tick would decide now and how many jobs are due; nothing is changed. Raises StoreError."""
    with services.store.transaction() as connection:
        context = read_context(connection)
    window = tick_window(services, context)
    decision = decide(tick_facts(services, context, window, foresee(services)))
    with services.store.transaction() as connection:
        due = count_due(connection)
        if decision.send and is_dispatched(connection, window):
            decision = after_handover(decision, Handover.DUPLICATE)
    return {
        "mode": decision.mode,
        "reason": decision.reason,
        "dispatchKey": window.dispatch_key,
        "degraded": decision.degraded,
        "due": due,
    }


def _log_decision(decision: TickDecision) -> None:
    log = structlog.get_logger()
    log.info(LogEvent.TICK_DECIDED, mode=decision.mode, reason=decision.reason, degraded=decision.degraded)
    if decision.recover:
        known = decision.facts.responsibilities
        log.error(
            LogEvent.TICK_RECOVERY,
            responsibilities=sorted(decision.recover),
            unexecuted=sum(known[name].unexecuted for name in decision.recover),
            stuck=sum(known[name].stuck for name in decision.recover),
        )


def _log_end(report: TickReport) -> None:
    structlog.get_logger().log(
        logging.ERROR if report.failed else logging.INFO,
        LogEvent.TICK_FAILED if report.failed else LogEvent.TICK_FINISHED,
        mode=report.mode,
        degraded=report.degraded,
        failed=sorted(report.failed),
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
    services: Services, handed: HandedOver, window: Window, source: TickSource
) -> tuple[TickDecision, dict[str, Execution]]:
    """Work inline what was decided; `busy` in the decision's place when somebody else is at it."""
    decision = handed.decision
    if not decision.inline:
        return decision, {}
    busy = replace(decision, mode=TickMode.BUSY, reason=TickReason.LEASE_HELD)
    try:
        executions = work_inline(
            services,
            sources=_sources(decision, source),
            dispatch_key=window.dispatch_key,
            budget_ms=_budget_ms(services, handed),
        )
    except LeaseHeld as held:
        structlog.get_logger().info(LogEvent.TICK_BUSY, lease=held.name)
        return busy, {}
    superseded = any(e.status is RunStatus.SUPERSEDED for e in executions.values())
    return (busy if superseded else decision), executions


def _sources(decision: TickDecision, source: TickSource) -> dict[str, RunSource]:
    """What the runs of inline work are called, by the responsibility's name."""
    if decision.mode is TickMode.INLINE_FALLBACK:
        return every_as(RunSource.INLINE_FALLBACK)
    return {
        name: RunSource.INLINE_RECOVERY if name in decision.recover else RUN_SOURCES[source]
        for name in decision.inline
    }


def _budget_ms(services: Services, handed: HandedOver) -> int:
    """The request's whole budget only where nothing was sent before, and nothing has to be caught up with."""
    whole = handed.decision.mode is TickMode.INLINE and not handed.sent.event_names
    settings = services.settings
    return settings.background_job_cron_time_budget_ms if whole else settings.background_jobs_inline_budget_ms


def _nothing_attempted(handed: HandedOver, executions: dict[str, Execution]) -> bool:
    """Whether nothing was accepted, and the database kept all work from being done."""
    away = all(execution.error_code in STORE_AWAY for execution in executions.values())
    accepted = handed.sent.error is None and bool(handed.sent.event_names)
    return bool(executions) and away and not accepted
