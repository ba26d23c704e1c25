"""Steering the rollout by evidence: what the gate says of the stage in force, and acting on it (design §10).

While `rollout.auto` is on each tick does it, before it decides its own way; `flask rollout advance` does it
once by hand.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import structlog

from lib.jobs.health import oldest_due_age
from lib.log.events import LogEvent
from lib.rollout.change import ControlWish, change_control
from lib.rollout.control_store import lock_controls, set_control, stored_controls
from lib.rollout.controls import (
    ControlName,
    Controls,
    DispatchControl,
    StoredControl,
    controls_from,
)
from lib.rollout.evidence import Evidence, StageEvidence, Way
from lib.rollout.evidence_store import read_effects, read_work, stage_began
from lib.rollout.gate import GateDecision, Measure, Measured, Verdict, judge
from lib.rollout.share import obstacle_of
from lib.rollout.thresholds import Thresholds
from lib.settings import Settings
from lib.store.store import Connection
from lib.ticks.breaker import OPENS_AFTER, Breaker, BreakerState

ACTOR: Final = "everytick"
"""Who changed a control that no operator changed."""
STEERED: Final = (ControlName.DISPATCH_MODE, ControlName.DISPATCH_PERCENT, ControlName.ROLLOUT_AUTO)
NOW: Final = "SELECT everytick_now()"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The evidence of the stage in force and what the gate says of it."""

    evidence: Evidence
    decision: GateDecision
    controls: tuple[StoredControl, ...]
    """Those that were in force; acting on the decision asks for the same."""


def judge_stage(
    connection: Connection, settings: Settings, *, usable: bool, breakers: Mapping[str, Breaker]
) -> Judged:
    """Read the evidence of the stage in force and judge it; changes nothing.

    `usable` is the guard's word on Inngest, `breakers` each responsibility's.
    """
    stored = _steered(connection)
    controls = controls_from(stored)
    percent = controls.percent_within(settings.background_jobs_inngest_percent)
    began_at = _began(connection, settings, controls, stored, usable=usable)
    thresholds = Thresholds.of(settings)
    ((now,),) = connection.execute(NOW).fetchall()
    stage = StageEvidence(
        percent=percent,
        began_at=began_at,
        seconds=(now - began_at).total_seconds() if began_at else 0.0,
        work=read_work(
            connection,
            percent=percent,
            since=began_at,
            late_seconds=thresholds.late_seconds,
        ),
    )
    not_closed = {name: one for name, one in breakers.items() if one.state is not BreakerState.CLOSED}
    evidence = Evidence(
        stage=stage,
        ceiling=settings.background_jobs_inngest_percent,
        obstacle=obstacle_of(settings, controls, usable=usable),
        breakers_open=tuple(sorted(not_closed)),
        breakers_opened=tuple(sorted(_opened_by(not_closed, stage))),
        effects=read_effects(connection),
        oldest_due_seconds=oldest_due_age(connection) or 0.0,
    )
    return Judged(evidence=evidence, decision=judge(evidence, thresholds), controls=stored)


def steer(
    connection: Connection, settings: Settings, *, usable: bool, breakers: Mapping[str, Breaker]
) -> GateDecision | None:
    """Act on what the gate says, where `rollout.auto` is on and nothing keeps the share from deciding.

    What was acted on; None where nothing was changed. Of two ticks that come to it at once one acts.
    """
    judged = judge_stage(connection, settings, usable=usable, breakers=breakers)
    if not controls_from(judged.controls).rollout_auto or judged.evidence.obstacle is not None:
        return None
    if judged.decision.verdict is Verdict.HOLD:
        return None
    lock_controls(connection)
    if _steered(connection) != judged.controls:
        return None
    _act(connection, judged.decision, ceiling=judged.evidence.ceiling)
    return judged.decision


def went_back(stored: Mapping[str, StoredControl]) -> bool:
    """Whether a tick took the rollout back, and nobody has set the mode since; of the controls that count."""
    mode = stored.get(ControlName.DISPATCH_MODE)
    return mode is not None and (mode.value, mode.actor) == (DispatchControl.INLINE, ACTOR)


def _act(connection: Connection, decision: GateDecision, *, ceiling: int) -> None:
    told = "; ".join(map(str, decision.reasons))
    if decision.verdict is Verdict.ROLL_BACK:
        why = f"rolled back from {decision.percent} %: {told}"
        set_control(connection, ControlName.DISPATCH_MODE, DispatchControl.INLINE, actor=ACTOR, reason=why)
        set_control(connection, ControlName.ROLLOUT_AUTO, False, actor=ACTOR, reason=why)
    elif decision.next_percent is None:
        set_control(
            connection, ControlName.ROLLOUT_AUTO, False, actor=ACTOR, reason="the last stage has shown itself"
        )
    else:
        wish = ControlWish(
            name=ControlName.DISPATCH_PERCENT,
            value=decision.next_percent,
            actor=ACTOR,
            reason=evidence_of(decision),
        )
        change_control(connection, wish, ceiling=ceiling)


def evidence_of(decision: GateDecision) -> str:
    """What an advance rests on, in a line: of the responsibilities the one that has shown least."""

    def least(measure: Measure) -> str:
        return min((one for one in decision.measured if one.measure is measure), key=_seen).seen_text

    shown = f"{least(Measure.WINDOWS)} windows, {least(Measure.EXECUTED)} executed"
    return f"evidence at {decision.percent} %: {shown}, in {least(Measure.MINUTES)}"


def _seen(one: Measured) -> float:
    """What was seen, as a number; nothing yet is least."""
    return one.seen if isinstance(one.seen, int | float) else -1.0


def tell(decision: GateDecision) -> None:
    """Log what a tick changed, once that is committed."""
    log = structlog.get_logger()
    reasons = [str(one) for one in decision.reasons]
    if decision.verdict is Verdict.ROLL_BACK:
        log.error(LogEvent.ROLLOUT_ROLLED_BACK, percent=decision.percent, reasons=reasons)
    elif decision.next_percent is None:
        log.warning(LogEvent.ROLLOUT_COMPLETED, percent=decision.percent)
    else:
        log.warning(LogEvent.ROLLOUT_ADVANCED, percent=decision.percent, to=decision.next_percent)


def _steered(connection: Connection) -> tuple[StoredControl, ...]:
    held = stored_controls(connection, *STEERED)
    return tuple(held[name] for name in STEERED if name in held)


def _opened_by(breakers: Mapping[str, Breaker], stage: StageEvidence) -> Iterator[str]:
    """The breakers that windows of this stage opened, and not those of the one before, judged since."""
    for name, breaker in breakers.items():
        if stage.began_at is None or breaker.opened_at is None or breaker.opened_at < stage.began_at:
            continue
        if stage.of(name, Way.INNGEST).failed >= OPENS_AFTER:
            yield name


def _began(
    connection: Connection,
    settings: Settings,
    controls: Controls,
    stored: Iterable[StoredControl],
    *,
    usable: bool,
) -> datetime | None:
    """When the stage began: with its first window, or with an operator's word since."""
    began = stage_began(
        connection,
        settings,
        percent=controls.percent_within(settings.background_jobs_inngest_percent),
        control=controls.dispatch_mode,
        usable=usable,
    )
    if began is None:
        return None
    said = (one.changed_at for one in stored if one.name != ControlName.ROLLOUT_AUTO)
    return max((began, *said))
