"""What a tick knows before it decides: the shared clock, the controls, and what the watchdog found."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import structlog

from lib.errors import StoreUnavailable
from lib.log.events import LogEvent
from lib.rollout.control_store import read_controls
from lib.rollout.controls import Controls
from lib.services import Services
from lib.store.store import Connection
from lib.ticks.canary import draw, is_in_canary
from lib.ticks.decision import ResponsibilityFacts, TickFacts, TickMode, decide
from lib.ticks.watchdog import UNWATCHED, ResponsibilityWatch, Watch
from lib.ticks.window import Window, window_at

NOW: Final = "SELECT everytick_now()"


@dataclass(frozen=True, slots=True, kw_only=True)
class TickContext:
    """What a tick asks the database once, before it decides."""

    now: datetime
    """The shared clock; the instance's own while the database is away."""
    controls: Controls
    """As if none were set while the database is away: the environment decides then, and the tick says so."""
    store_away: bool = False


def read_context(connection: Connection) -> TickContext:
    """The shared clock and the controls, read once a tick (design §10)."""
    ((now,),) = connection.execute(NOW).fetchall()
    return TickContext(now=now, controls=read_controls(connection))


def tick_context(services: Services) -> TickContext:
    """The shared clock and the controls; while the database is away, this instance's clock and no control.

    Raises StoreError where nothing could be sent either.
    """
    try:
        with services.store.transaction() as connection:
            return read_context(connection)
    except StoreUnavailable as error:
        context = TickContext(now=services.clock.now(), controls=Controls(), store_away=True)
        if decide(tick_facts(services, context, tick_window(services, context), UNWATCHED)).mode is not (
            TickMode.INNGEST
        ):
            raise
        structlog.get_logger().error(LogEvent.STORE_UNAVAILABLE, while_doing="read_context", code=error.code)
        return context


def tick_window(services: Services, context: TickContext) -> Window:
    """The window that a tick of `context` falls into."""
    return window_at(context.now, services.settings.background_jobs_dispatch_window_seconds)


def tick_facts(services: Services, context: TickContext, window: Window, watched: Watch) -> TickFacts:
    """Everything that the decision of a tick in `window` rests on."""
    percent = context.controls.percent_within(services.settings.background_jobs_inngest_percent)
    drawn = draw(window)
    return TickFacts(
        use_inngest=services.settings.background_jobs_use_inngest,
        inngest_usable=services.environment.inngest_usable,
        control=context.controls.dispatch_mode,
        controls_read=not context.store_away,
        unreadable=context.controls.unreadable,
        percent=percent,
        draw=drawn,
        in_canary=is_in_canary(drawn, percent),
        responsibilities={name: _known(found) for name, found in watched.found.items()},
    )


def _known(found: ResponsibilityWatch) -> ResponsibilityFacts:
    return ResponsibilityFacts(
        breaker=found.breaker.state,
        probe_due=found.probe_due,
        unexecuted=found.lines.unexecuted,
        stuck=found.lines.stuck,
        waiting=found.lines.waiting,
    )
