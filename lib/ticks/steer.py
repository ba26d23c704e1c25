"""A tick that steers the rollout before it decides its own way (design §10)."""

from dataclasses import replace
from typing import Final

import psycopg
import structlog

from lib.errors import StoreError
from lib.log.events import LogEvent
from lib.rollout.control_store import read_controls
from lib.rollout.steering import steer, tell
from lib.services import Services
from lib.ticks.facts import TickContext
from lib.ticks.watchdog import Watch

STATEMENT_MS: Final = 1_000
"""The most that a look at the evidence may take of a tick; what takes longer is looked at by the next."""


def steered(services: Services, context: TickContext, watched: Watch) -> TickContext:
    """`context` as it is once the rollout was advanced or taken back by evidence, where `rollout.auto` is on.

    Nothing is changed while the database is away, or where the watchdog could not look. Never keeps a tick
    from its work: what goes wrong here is logged.
    """
    if context.store_away or not context.controls.rollout_auto or not watched.complete:
        return context
    try:
        with services.store.transaction(statement_timeout_ms=STATEMENT_MS) as connection:
            decision = steer(
                connection,
                services.settings,
                usable=services.environment.inngest_usable,
                breakers={name: found.breaker for name, found in watched.found.items()},
            )
            controls = read_controls(connection)
    except (StoreError, psycopg.Error) as error:
        structlog.get_logger().error(
            LogEvent.ROLLOUT_NOT_STEERED,
            error_class=type(error).__name__,
            exc_info=None if isinstance(error, StoreError) else error,
        )
        return context
    if decision is not None:
        tell(decision)
    return replace(context, controls=controls)
