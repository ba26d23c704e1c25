"""What an operator changes and what the next tick makes of it, for commands and routes (design §10)."""

from dataclasses import dataclass, replace
from typing import Any

import structlog

from lib.errors import StoreError
from lib.jobs.pause import require_known
from lib.log.events import LogEvent
from lib.rollout.change import ControlChange, ControlWish, change_control
from lib.rollout.controls import Paused
from lib.services import Services
from lib.ticks.tick import foresee_tick


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change as it is told."""

    dry_run: bool
    """Whether it is only said what would be done."""
    controls: tuple[ControlChange, ...]
    next_tick: dict[str, Any] | None
    """What the next tick does now; None of a dry run, and where the database went away after the change."""

    def as_json(self) -> dict[str, Any]:
        """The public shape."""
        return {
            "dryRun": self.dry_run,
            "changes": [one.as_json() for one in self.controls],
            "next": self.next_tick,
        }


def change(services: Services, wish: ControlWish, *, dry_run: bool) -> Change:
    """Set what `wish` says as lib/rollout/change.py does, and look at the next tick.

    A secret in its words is not kept. Raises ControlRefused, ControlUnreadable, and StoreError while nothing
    was changed.
    """
    ceiling = services.settings.background_jobs_inngest_percent
    kept = replace(wish, actor=services.redactor.text(wish.actor), reason=services.redactor.text(wish.reason))
    with services.store.transaction() as connection:
        if isinstance(wish.value, Paused):
            require_known(connection, services.kinds, wish.value)
        changed = change_control(connection, kept, ceiling=ceiling, dry_run=dry_run)
    foreseen = None if dry_run else next_tick_if_known(services)
    return Change(dry_run=dry_run, controls=changed, next_tick=foreseen)


def next_tick_if_known(services: Services) -> dict[str, Any] | None:
    """What the next tick does; None where the database does not answer: what was changed stays changed."""
    try:
        return foresee_tick(services)
    except StoreError as error:
        structlog.get_logger().error(LogEvent.STORE_UNAVAILABLE, while_doing="foresee_tick", code=error.code)
        return None
