"""What a tick does, decided from facts alone (design §1.3, §5); lib/ticks/tick.py acts on it."""

from dataclasses import dataclass
from enum import StrEnum


class TickMode(StrEnum):
    """The modes of the cron route's answer."""

    INLINE = "inline"
    BUSY = "busy"
    """Another inline execution holds the lease and is alive."""


class TickReason(StrEnum):
    """Why a tick took its mode; explained in docs/ticks.md."""

    FLAG_OFF = "flag_off"
    """BACKGROUND_JOBS_USE_INNGEST is false, the default."""
    CONTROL_INLINE = "control_inline"
    """An operator said inline."""
    INNGEST_UNUSABLE = "inngest_unusable"
    """The flag is on and nothing can be sent: keys missing or malformed, or no sender in this version."""
    LEASE_HELD = "lease_held"


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

    def as_json(self) -> dict[str, object]:
        """The facts as the ledger keeps them."""
        return {
            "useInngest": self.use_inngest,
            "inngestUsable": self.inngest_usable,
            "control": self.control,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class TickDecision:
    """The verdict, its reason and whether it is less than what was asked for."""

    mode: TickMode
    reason: TickReason
    degraded: bool
    facts: TickFacts


def decide(facts: TickFacts) -> TickDecision:
    """Decide by the precedence of the levers (design §5): flag false > control inline > the rest.

    Nothing can be sent by this version, so with the flag on a tick works inline and says `inngest_unusable`:
    a wrong setting must not become a dead zone.
    """
    if not facts.use_inngest:
        reason, degraded = TickReason.FLAG_OFF, False
    elif facts.control is DispatchControl.INLINE:
        reason, degraded = TickReason.CONTROL_INLINE, False
    else:
        reason, degraded = TickReason.INNGEST_UNUSABLE, True
    return TickDecision(mode=TickMode.INLINE, reason=reason, degraded=degraded, facts=facts)
