"""Handing a tick to Inngest: take the window, send its events, record what came of it (design §5)."""

from dataclasses import dataclass, field
from typing import Final

import psycopg
import structlog

from lib.errors import StoreError
from lib.jobs.last_error import storable
from lib.log.events import LogEvent
from lib.services import Services
from lib.ticks.decision import Handover, TickDecision, after_handover
from lib.ticks.events import Dispatch, tick_events
from lib.ticks.ledger import begin_dispatch, settle_dispatch
from lib.ticks.send_error import EventsNotSent
from lib.ticks.sent import SendFailure, Sent

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
    """Send the events of `dispatch` unless its window is dispatched already.

    The ledger is no single point of failure: where it cannot be written, or where `tracking` is False for the
    database is away, the events are sent all the same. Raises EnvironmentRefused.
    """
    tracked = False
    if tracking:
        try:
            begun = _begin(services, decision, dispatch)
        except (StoreError, psycopg.Error) as error:
            log_untracked(dispatch.window.dispatch_key, error)
        else:
            if begun is None:
                return HandedOver(decision=after_handover(decision, Handover.DUPLICATE), tracked=True)
            dispatch, tracked = begun, True
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


def _begin(services: Services, decision: TickDecision, dispatch: Dispatch) -> Dispatch | None:
    with services.store.transaction() as connection:
        return begin_dispatch(
            connection,
            dispatch,
            decision,
            holder=services.instance,
            hold_ms=services.settings.background_jobs_send_deadline_ms + HOLDER_MARGIN_MS,
        )


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
