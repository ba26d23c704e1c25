"""The breaker of one responsibility: when it opens, when it closes, and who may probe (design §5).

Accepted is not executed (failure D3), so it goes by what became of the lines and never by what was sent.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

OPENS_AFTER: Final = 3
"""Bad lines in a row. One may be the engine's hiccup, and recovery does the work meanwhile."""
PAUSE_SECONDS: Final = 300
"""How long an open breaker waits for its next probe: a probe costs one event, an outage is over within it."""


class BreakerState(StrEnum):
    """The stored strings."""

    CLOSED = "closed"
    """The responsibility is sent."""
    OPEN = "open"
    """It is done inline."""
    HALF_OPEN = "half_open"
    """One window's line is on its way as a probe; all others are done inline until it is judged."""


class BreakerReason(StrEnum):
    """Why a breaker changed by itself; an operator gives a reason of his own."""

    LINES_FAILED = "lines_failed"
    PAUSE_OVER = "pause_over"
    PROBE_EXECUTED = "probe_executed"
    PROBE_FAILED = "probe_failed"
    PROBE_UNEXECUTED = "probe_unexecuted"
    """Nothing was heard of it within the grace."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaker:
    """One responsibility's breaker as the database has it."""

    state: BreakerState = BreakerState.CLOSED
    opened_at: datetime | None = None
    """When it opened first, probes since then included."""
    probe_after: datetime | None = None
    """From when on a window may probe; only while open."""
    probe_key: str | None = None
    """The dispatch key of the window that probes; only while half open."""
    changed_at: datetime | None = None
    """None when it never changed."""
    actor: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeLine:
    """What became of the probing window's line so far."""

    dispatched_at: datetime
    executed: bool
    """Whether its own run ended well. That another covered it says nothing of the engine."""
    failed: bool
    alive: bool
    """Whether its own run is under way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerFacts:
    """What a breaker's next move rests on."""

    now: datetime
    breaker: Breaker
    latest: tuple[bool, ...]
    """Whether each of the latest judged lines since its last change went well, the newest first."""
    probe: ProbeLine | None
    """None when it does not probe, and when the line is lost."""
    grace: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerMove:
    """A change of state."""

    state: BreakerState
    reason: BreakerReason


def next_move(facts: BreakerFacts) -> BreakerMove | None:
    """What the breaker changes to by itself now; None: it stays.

    Becoming half open is no move of its own: a window that has something to send claims the probe.
    """
    match facts.breaker.state:
        case BreakerState.CLOSED:
            row = facts.latest[:OPENS_AFTER]
            if len(row) == OPENS_AFTER and not any(row):
                return BreakerMove(state=BreakerState.OPEN, reason=BreakerReason.LINES_FAILED)
            return None
        case BreakerState.OPEN:
            return None
        case BreakerState.HALF_OPEN:
            return _judged_probe(facts)


def _judged_probe(facts: BreakerFacts) -> BreakerMove | None:
    probe = facts.probe
    if probe is not None and probe.executed:
        return BreakerMove(state=BreakerState.CLOSED, reason=BreakerReason.PROBE_EXECUTED)
    if probe is not None and probe.failed:
        return BreakerMove(state=BreakerState.OPEN, reason=BreakerReason.PROBE_FAILED)
    since = facts.breaker.changed_at if probe is None else probe.dispatched_at
    overdue = since is None or facts.now - since >= facts.grace
    if overdue and not (probe is not None and probe.alive):
        return BreakerMove(state=BreakerState.OPEN, reason=BreakerReason.PROBE_UNEXECUTED)
    return None


def may_probe(breaker: Breaker, now: datetime) -> bool:
    """Whether a window may try to claim the probe."""
    return (
        breaker.state is BreakerState.OPEN and breaker.probe_after is not None and breaker.probe_after <= now
    )
