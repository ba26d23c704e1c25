"""The events of one dispatch: one for each responsibility (design §5, §6)."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from lib.clock import iso
from lib.event_sender import OutgoingEvent
from lib.ticks.window import Window
from lib.work.responsibilities import RESPONSIBILITIES, Responsibility

SENDING_ORDER: Final = tuple(reversed(RESPONSIBILITIES))
"""The queue's event first, as the answer of the cron route lists them."""
DIGITS: Final = 24
"""Hexadecimal digits of the hash in an event's id."""


class TickSource(StrEnum):
    """Who called the tick; `source` in its events."""

    CRON = "cron"
    CLI = "cli"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatch:
    """What the events of one window's dispatch have in common."""

    window: Window
    generation: int
    """0 for the first; each re-dispatch of the window is one more."""
    source: TickSource
    requested_at: datetime
    """When the tick came, by the shared clock."""
    correlation_id: str
    responsibilities: tuple[Responsibility, ...] = SENDING_ORDER
    """What it asks for, in the order in which the events are sent."""

    @property
    def event_key(self) -> str:
        """The dispatch key as its events carry it, `:gN` for a re-dispatch.

        The same key would be swallowed for 24 h by the dedupe of event ids and by the functions' idempotency.
        """
        key = self.window.dispatch_key
        return f"{key}:g{self.generation}" if self.generation else key


def tick_events(dispatch: Dispatch) -> tuple[OutgoingEvent, ...]:
    """The events of `dispatch`; the same dispatch always gives the same ids."""
    digest = hashlib.sha256(dispatch.event_key.encode()).hexdigest()[:DIGITS]
    data = {
        "source": dispatch.source,
        "requestedAt": iso(dispatch.requested_at),
        "dispatchKey": dispatch.event_key,
        "generation": dispatch.generation,
        "correlationId": dispatch.correlation_id,
        "windowStart": iso(dispatch.window.start),
        "windowSeconds": dispatch.window.seconds,
    }
    return tuple(
        OutgoingEvent(
            name=responsibility.event_name,
            id=f"{responsibility.event_id_prefix}:{digest}",
            data=data,
        )
        for responsibility in dispatch.responsibilities
    )
