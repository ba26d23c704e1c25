"""What a tick does, decided from facts alone (design §1.3, §5); lib/ticks/tick.py acts on it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from lib.rollout.controls import STEERING, ControlName, DispatchControl
from lib.ticks.breaker import BreakerState


class TickMode(StrEnum):
    """The modes of the cron route's answer."""

    INLINE = "inline"
    INNGEST = "inngest"
    """Both events were accepted in time."""
    INLINE_FALLBACK = "inline-fallback"
    """Sending failed, so the work is done in this tick."""
    INLINE_RECOVERY = "inline-recovery"
    """An earlier event was not executed, or its run fell silent: its work is done in this tick."""
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
    CONTROL_UNREADABLE = "control_unreadable"
    """What an operator said of where ticks go cannot be read: inline is always safe."""
    INNGEST_UNUSABLE = "inngest_unusable"
    """The flag is on and nothing can be sent: keys missing or malformed."""
    UNEXECUTED = "unexecuted"
    """An earlier event was accepted, and nothing was heard of it within the grace."""
    RUN_STUCK = "run_stuck"
    """The run of an earlier event fell silent."""
    BREAKER_OPEN = "breaker_open"
    """Inngest left too many lines undone."""
    BREAKER_HALF_OPEN = "breaker_half_open"
    """Another window probes whether it executes again."""
    BREAKER_PROBE = "breaker_probe"
    """This window is the probe."""
    OUTSIDE_CANARY = "outside_canary"
    """The window is not among those that the percentage lets go."""
    ENABLED = "enabled"
    """The flag is on, and nothing speaks against Inngest."""
    CONTROLS_UNREAD = "controls_unread"
    """The same, by the environment alone: the database is away, and what an operator said with it."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponsibilityFacts:
    """What is known of one responsibility's earlier ticks."""

    breaker: BreakerState = BreakerState.CLOSED
    probe_due: bool = False
    """Whether the pause of its open breaker is over."""
    unexecuted: int = 0
    """Lines that nobody covered and nobody executes."""
    stuck: int = 0
    """Lines that nobody covered and whose run fell silent."""
    waiting: int = 0
    """Lines in a backlog; they change nothing."""

    def as_json(self) -> dict[str, Any]:
        """The facts as the ledger keeps them."""
        return {
            "breaker": self.breaker,
            "probeDue": self.probe_due,
            "unexecuted": self.unexecuted,
            "stuck": self.stuck,
            "waiting": self.waiting,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class TickFacts:
    """What the decision rests on; kept with the dispatch."""

    use_inngest: bool
    """The flag."""
    inngest_usable: bool
    """The guard's word."""
    control: DispatchControl
    controls_read: bool = True
    """False while the database is away: the environment decides, as if no control were set."""
    unreadable: frozenset[ControlName] = frozenset()
    """Controls that are set and cannot be read."""
    percent: int
    """The share of all windows that may go to Inngest."""
    draw: float
    """The window's number in [0, 1): it goes where this is below the share."""
    in_canary: bool
    """Whether this window is among them."""
    responsibilities: Mapping[str, ResponsibilityFacts]
    """Every one, by name."""

    def as_json(self) -> dict[str, object]:
        """The facts as the ledger keeps them."""
        return {
            "useInngest": self.use_inngest,
            "inngestUsable": self.inngest_usable,
            "control": self.control,
            "controlsRead": self.controls_read,
            "unreadable": sorted(self.unreadable),
            "percent": self.percent,
            "draw": self.draw,
            "inCanary": self.in_canary,
            "responsibilities": {name: one.as_json() for name, one in self.responsibilities.items()},
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class TickDecision:
    """The verdict with its reason, and what becomes of each responsibility; all by name."""

    mode: TickMode
    reason: TickReason
    degraded: bool
    """Whether it is less than what was asked for."""
    facts: TickFacts
    send: frozenset[str] = frozenset()
    """What is handed to Inngest."""
    probes: frozenset[str] = frozenset()
    """Those of `send` that go only if this window becomes their breaker's probe."""
    inline: frozenset[str] = frozenset()
    """What is done in this tick."""
    recover: frozenset[str] = frozenset()
    """Those of `inline` that an earlier event has left undone."""


def decide(facts: TickFacts) -> TickDecision:
    """Decide by the precedence of the levers (design §5).

    Flag false > control inline, or one that cannot be read > breaker open > half-open > control inngest >
    canary; the breakers for each responsibility by itself. What nobody executed is done inline, and what may
    be sent is sent all the same. Where nothing can be sent the tick works inline and says so: a wrong key
    must not become a dead zone. A control that cannot be read leaves any tick degraded.
    """
    degraded = bool(facts.unreadable)
    if not facts.use_inngest:
        return _all_inline(facts, TickReason.FLAG_OFF, degraded=degraded)
    if facts.control is DispatchControl.INLINE:
        return _all_inline(facts, TickReason.CONTROL_INLINE, degraded=degraded)
    if facts.unreadable & STEERING:
        return _all_inline(facts, TickReason.CONTROL_UNREADABLE, degraded=True)
    if not facts.inngest_usable:
        return _all_inline(facts, TickReason.INNGEST_UNUSABLE, degraded=True)
    courses = {name: _course(facts, one) for name, one in facts.responsibilities.items()}
    recover = frozenset(name for name, one in facts.responsibilities.items() if one.unexecuted or one.stuck)
    stays = frozenset(name for name, reason in courses.items() if reason in STAYS)
    probes = frozenset(name for name, reason in courses.items() if reason is TickReason.BREAKER_PROBE)
    mode, reason = _verdict(facts, courses.values(), recover)
    return TickDecision(
        mode=mode,
        reason=reason,
        degraded=(
            degraded
            or not facts.controls_read
            or bool(recover)
            or any(reason in OF_A_BREAKER for reason in courses.values())
        ),
        facts=facts,
        send=frozenset(courses) - stays,
        probes=probes,
        inline=stays | recover,
        recover=recover,
    )


OF_A_BREAKER = (TickReason.BREAKER_OPEN, TickReason.BREAKER_HALF_OPEN, TickReason.BREAKER_PROBE)
STAYS = (TickReason.BREAKER_OPEN, TickReason.BREAKER_HALF_OPEN, TickReason.OUTSIDE_CANARY)
"""Why one responsibility is done inline while another may go, the most telling first."""


def _all_inline(facts: TickFacts, reason: TickReason, *, degraded: bool = False) -> TickDecision:
    return TickDecision(
        mode=TickMode.INLINE,
        reason=reason,
        degraded=degraded,
        facts=facts,
        inline=frozenset(facts.responsibilities),
    )


def _course(facts: TickFacts, one: ResponsibilityFacts) -> TickReason:
    """Why one responsibility goes or stays. A probe goes only where it might go with a closed breaker."""
    outside = facts.control is DispatchControl.AUTO and not facts.in_canary
    if one.breaker is BreakerState.HALF_OPEN:
        return TickReason.BREAKER_HALF_OPEN
    if one.breaker is BreakerState.OPEN:
        return TickReason.BREAKER_PROBE if one.probe_due and not outside else TickReason.BREAKER_OPEN
    return TickReason.OUTSIDE_CANARY if outside else TickReason.ENABLED


def _verdict(
    facts: TickFacts, courses: Iterable[TickReason], recover: frozenset[str]
) -> tuple[TickMode, TickReason]:
    """The tick's one mode and reason over what becomes of each responsibility."""
    reasons = frozenset(courses)
    if recover:
        unexecuted = any(facts.responsibilities[name].unexecuted for name in recover)
        return TickMode.INLINE_RECOVERY, TickReason.UNEXECUTED if unexecuted else TickReason.RUN_STUCK
    for reason in STAYS:
        if reason in reasons:
            return TickMode.INLINE, reason
    if TickReason.BREAKER_PROBE in reasons:
        return TickMode.INNGEST, TickReason.BREAKER_PROBE
    return TickMode.INNGEST, TickReason.ENABLED if facts.controls_read else TickReason.CONTROLS_UNREAD


def without_probes(decision: TickDecision, lost: frozenset[str]) -> TickDecision:
    """`decision` when other windows probe for `lost`: those are done inline."""
    if not lost:
        return decision
    kept = replace(
        decision,
        send=decision.send - lost,
        probes=decision.probes - lost,
        inline=decision.inline | lost,
    )
    if decision.mode is TickMode.INNGEST:
        return replace(kept, mode=TickMode.INLINE, reason=TickReason.BREAKER_HALF_OPEN)
    return kept


def after_handover(decision: TickDecision, handover: Handover) -> TickDecision:
    """What a decision to send becomes by how handing over went; a failure means to work inline now."""
    if handover is Handover.ACCEPTED:
        return decision
    if handover is Handover.FAILED:
        every = frozenset(decision.facts.responsibilities)
        return replace(
            decision, mode=TickMode.INLINE_FALLBACK, reason=TickReason.ENQUEUE_FAILED, inline=every
        )
    unsent = replace(without_probes(decision, decision.probes), send=frozenset())
    if unsent.inline:
        return unsent
    return replace(unsent, mode=TickMode.DUPLICATE, reason=TickReason.ALREADY_DISPATCHED)
