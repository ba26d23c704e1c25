"""What a tick does, decided from facts alone (design §1.3, §5); lib/ticks/tick.py acts on it."""

from dataclasses import dataclass, replace
from enum import StrEnum


class TickMode(StrEnum):
    """The modes of the cron route's answer."""

    INLINE = "inline"
    INNGEST = "inngest"
    """Both events were accepted in time."""
    INLINE_FALLBACK = "inline-fallback"
    """Sending failed, so the work is done in this tick."""
    DUPLICATE = "duplicate"
    """The window is dispatched already; nothing is sent."""
    BUSY = "busy"
    """Another inline execution holds the lease and is alive."""


class TickReason(StrEnum):
    """Why a tick took its mode; explained in docs/ticks.md."""

    FLAG_OFF = "flag_off"
    """BACKGROUND_JOBS_USE_INNGEST is false, the default."""
    CONTROL_INLINE = "control_inline"
    """An operator said inline."""
    INNGEST_UNUSABLE = "inngest_unusable"
    """The flag is on and nothing can be sent: keys missing or malformed."""
    OUTSIDE_CANARY = "outside_canary"
    """The window is not among those that BACKGROUND_JOBS_INNGEST_PERCENT lets go."""
    ENABLED = "enabled"
    """The flag is on, and nothing speaks against Inngest."""
    ENQUEUE_FAILED = "enqueue_failed"
    """Not every event was accepted in time."""
    ALREADY_DISPATCHED = "already_dispatched"
    """An earlier tick of the window sent its events, or is sending them now."""
    LEASE_HELD = "lease_held"


class Handover(StrEnum):
    """How handing the tick to Inngest went."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    """Somebody has dispatched this window, or is at it and alive."""
    FAILED = "failed"


class DispatchControl(StrEnum):
    """The values of the control `dispatch.mode`."""

    AUTO = "auto"
    INLINE = "inline"
    INNGEST = "inngest"


@dataclass(frozen=True, slots=True, kw_only=True)
class TickFacts:
    """What the decision rests on; kept with the dispatch."""

    use_inngest: bool
    """The flag."""
    inngest_usable: bool
    """The guard's word."""
    control: DispatchControl
    percent: int
    """The share of all windows that may go to Inngest."""
    in_canary: bool
    """Whether this window is among them."""

    def as_json(self) -> dict[str, object]:
        """The facts as the ledger keeps them."""
        return {
            "useInngest": self.use_inngest,
            "inngestUsable": self.inngest_usable,
            "control": self.control,
            "percent": self.percent,
            "inCanary": self.in_canary,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class TickDecision:
    """The verdict, its reason and whether it is less than what was asked for."""

    mode: TickMode
    reason: TickReason
    degraded: bool
    facts: TickFacts


def decide(facts: TickFacts) -> TickDecision:
    """Decide by the precedence of the levers (design §5).

    Flag false > control inline > control inngest > canary.

    Where nothing can be sent the tick works inline and says so: a wrong key must not become a dead zone.
    """
    mode, degraded = TickMode.INLINE, False
    if not facts.use_inngest:
        reason = TickReason.FLAG_OFF
    elif facts.control is DispatchControl.INLINE:
        reason = TickReason.CONTROL_INLINE
    elif not facts.inngest_usable:
        reason, degraded = TickReason.INNGEST_UNUSABLE, True
    elif facts.control is DispatchControl.AUTO and not facts.in_canary:
        reason = TickReason.OUTSIDE_CANARY
    else:
        mode, reason = TickMode.INNGEST, TickReason.ENABLED
    return TickDecision(mode=mode, reason=reason, degraded=degraded, facts=facts)


def after_handover(decision: TickDecision, handover: Handover) -> TickDecision:
    """What a decision for Inngest becomes by how handing over went; a failure means to work inline now."""
    match handover:
        case Handover.ACCEPTED:
            return decision
        case Handover.DUPLICATE:
            return replace(decision, mode=TickMode.DUPLICATE, reason=TickReason.ALREADY_DISPATCHED)
        case Handover.FAILED:
            return replace(decision, mode=TickMode.INLINE_FALLBACK, reason=TickReason.ENQUEUE_FAILED)
