"""Handing a tick to Inngest: take the window, send its events, record what came of it (design §5)."""

from dataclasses import dataclass, field, replace
from typing import Final

import psycopg
import structlog

from lib.errors import StoreError
from lib.jobs.last_error import storable
from lib.log.events import LogEvent
from lib.services import Services
from lib.store.store import Connection
from lib.ticks.breaker_store import claim_probe
from lib.ticks.decision import Handover, TickDecision, after_handover, without_probes
from lib.ticks.events import SENDING_ORDER, Dispatch, tick_events
from lib.ticks.ledger import begin_dispatch, count_tick, record_tick, settle_dispatch
from lib.ticks.send_error import EventsNotSent
from lib.ticks.sent import SendFailure, Sent
from lib.ticks.window import Window
from lib.work.responsibilities import RESPONSIBILITIES

HOLDER_MARGIN_MS: Final = 15_000
"""What a sender has beside the send's deadline to record it, before another tick may take the window over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOver:
    """How handing over went."""

    decision: TickDecision
    """What the tick does next."""
    sent: Sent = field(default_factory=Sent)
    tracked: bool
    """Whether the ledger knows of it."""


def hand_over(
    services: Services, decision: TickDecision, dispatch: Dispatch, *, tracking: bool
) -> HandedOver:
    """Send the events of what `decision` sends, unless the window is dispatched already.

    The ledger is no single point of failure: where it cannot be written, or where `tracking` is False for the
    database is away, the events are sent all the same, but for a breaker's probe, which nobody could judge.
    Raises EnvironmentRefused.
    """
    tracked = False
    if tracking:
        try:
            begun = _begin(services, decision, dispatch)
        except (StoreError, psycopg.Error) as error:
            log_untracked(dispatch.window.dispatch_key, error)
        else:
            decision, tracked = begun.decision, True
            if begun.dispatch is None:
                return HandedOver(decision=decision, tracked=True)
            dispatch = begun.dispatch
    if not tracked:
        decision = without_probes(decision, decision.probes)
        dispatch = _asking_for(dispatch, decision)
        if not decision.send:
            return HandedOver(decision=decision, tracked=False)
    sent = _send(services, dispatch)
    decision = after_handover(decision, Handover.FAILED if sent.error else Handover.ACCEPTED)
    if tracked:
        tracked = _settle(services, decision, dispatch, sent)
    return HandedOver(decision=decision, sent=sent, tracked=tracked)


def log_untracked(dispatch_key: str, error: Exception) -> None:
    """Log that the ledger did not take a tick, with the trace of what is no state of the store."""
    structlog.get_logger().error(
        LogEvent.TICK_UNTRACKED,
        dispatch_key=dispatch_key,
        error_class=type(error).__name__,
        exc_info=None if isinstance(error, StoreError) else error,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Begun:
    decision: TickDecision
    dispatch: Dispatch | None
    """None when there is nothing to send."""


def _begin(services: Services, decision: TickDecision, dispatch: Dispatch) -> _Begun:
    """Claim the probes and take the window, both or neither."""
    try:
        with services.store.transaction() as connection:
            probing = _with_claimed_probes(connection, decision, dispatch.window)
            begun = _begun(connection, services, probing, dispatch)
    except _WindowTaken:
        then = after_handover(decision, Handover.DUPLICATE)
        with services.store.transaction() as connection:
            count_tick(connection, dispatch.window, then)
        return _Begun(decision=then, dispatch=None)
    for name in sorted(probing.probes):
        structlog.get_logger().warning(LogEvent.BREAKER_HALF_OPEN, responsibility=name)
    return _Begun(decision=probing, dispatch=begun)


class _WindowTaken(Exception):
    """The window is dispatched already; rolls back the claim of a probe."""


def _begun(
    connection: Connection, services: Services, decision: TickDecision, dispatch: Dispatch
) -> Dispatch | None:
    """`dispatch` begun in its generation; None where nothing is left to send. Raises _WindowTaken."""
    if not decision.send:
        record_tick(connection, dispatch.window, decision, correlation_id=dispatch.correlation_id)
        return None
    begun = begin_dispatch(
        connection,
        _asking_for(dispatch, decision),
        decision,
        holder=services.instance,
        hold_ms=services.settings.background_jobs_send_deadline_ms + HOLDER_MARGIN_MS,
    )
    if begun is None:
        raise _WindowTaken
    return begun


def _with_claimed_probes(connection: Connection, decision: TickDecision, window: Window) -> TickDecision:
    """`decision` with those probes only that this window won."""
    lost = frozenset(
        responsibility.name
        for responsibility in RESPONSIBILITIES
        if responsibility.name in decision.probes
        and not claim_probe(connection, responsibility.job_name, window.dispatch_key)
    )
    return without_probes(decision, lost)


def _asking_for(dispatch: Dispatch, decision: TickDecision) -> Dispatch:
    """`dispatch` with the events of what `decision` sends."""
    wanted = tuple(r for r in SENDING_ORDER if r.name in decision.send)
    return replace(dispatch, responsibilities=wanted)


def _send(services: Services, dispatch: Dispatch) -> Sent:
    """Send, and log at error when not every event was accepted: the next thing is to work inline."""
    events = tick_events(dispatch)
    began = services.clock.monotonic()
    failure = None
    try:
        ids = services.sender.send(events)
    except EventsNotSent as error:
        ids = error.accepted
        failure = SendFailure(
            error_class=error.error_class, message=storable(services.redactor.text(error.message))
        )
    send_ms = round((services.clock.monotonic() - began) * 1000)
    if failure is not None:
        structlog.get_logger().error(
            LogEvent.TICK_ENQUEUE_FAILED,
            dispatch_key=dispatch.event_key,
            error_class=failure.error_class,
            error=failure.message,
            accepted=len(ids),
            send_ms=send_ms,
        )
    return Sent(
        event_names=tuple(event.name for event in events[: len(ids)]),
        event_ids=tuple(storable(services.redactor.text(one)) for one in ids),
        send_ms=send_ms,
        error=failure,
    )


def _settle(services: Services, decision: TickDecision, dispatch: Dispatch, sent: Sent) -> bool:
    """Whether the ledger took it; a tick that was overtaken meanwhile leaves the row to the other."""
    try:
        with services.store.transaction() as connection:
            settled = settle_dispatch(connection, dispatch, decision, sent, holder=services.instance)
    except (StoreError, psycopg.Error) as error:
        log_untracked(dispatch.window.dispatch_key, error)
        return False
    if not settled:
        structlog.get_logger().error(
            LogEvent.TICK_UNTRACKED, dispatch_key=dispatch.event_key, error_class="overtaken"
        )
    return settled
