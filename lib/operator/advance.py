"""The next stage by hand, and the stage in force as an operator sees it (design §10)."""

from lib.errors import EverytickError
from lib.exit_codes import ExitCode
from lib.operator.change import Change, next_tick_if_known
from lib.rollout.change import ControlWish, change_control
from lib.rollout.control_store import lock_controls
from lib.rollout.controls import ControlName
from lib.rollout.gate import GateDecision, Verdict
from lib.rollout.steering import Judged, evidence_of, judge_stage
from lib.services import Services
from lib.store.store import Connection
from lib.ticks.breaker_store import read_breakers
from lib.work.responsibilities import RESPONSIBILITIES


class NotAdvanced(EverytickError):
    """The stage in force has not shown enough for the next."""

    code = "not_advanced"
    exit_code = ExitCode.BELOW_BAR

    def __init__(self, decision: GateDecision) -> None:
        missing = "\n".join(f"  {reason}" for reason in decision.reasons)
        stage, following = decision.percent, decision.next_percent
        super().__init__(f"{stage} % has not shown enough for {following} %:\n{missing}")


class NoFurtherStage(EverytickError):
    """The last stage is in force: there is nothing to advance to."""

    code = "no_further_stage"
    exit_code = ExitCode.NOTHING_FOUND


def judge_now(connection: Connection, services: Services) -> Judged:
    """The evidence of the stage in force, and what the gate says of it; nothing is changed."""
    held = read_breakers(connection)
    return judge_stage(
        connection,
        services.settings,
        usable=services.environment.inngest_usable,
        breakers={one.name: held[one.job_name] for one in RESPONSIBILITIES},
    )


def advance_stage(services: Services, *, actor: str, why: str | None, force: bool, dry_run: bool) -> Change:
    """Let the next stage go from the next tick on; with `force` whatever the evidence is.

    The reason that is kept is `why`, else the evidence. Judged and set under one lock: a tick that takes the
    rollout back at the same moment is not overruled. Raises NotAdvanced, NoFurtherStage, ControlRefused where
    the environment caps it, and StoreError.
    """
    ceiling = services.settings.background_jobs_inngest_percent
    with services.store.transaction() as connection:
        if not dry_run:
            lock_controls(connection)
        decision = judge_now(connection, services).decision
        if decision.next_percent is None:
            raise NoFurtherStage
        wish = ControlWish(
            name=ControlName.DISPATCH_PERCENT,
            value=decision.next_percent,
            actor=actor,
            reason=evidence_of(decision) if why is None else why,
        )
        refused = decision.verdict is not Verdict.ADVANCE and not force
        changed = change_control(connection, wish, ceiling=ceiling, dry_run=dry_run or refused)
        if refused:
            raise NotAdvanced(decision)
    return Change(
        dry_run=dry_run, controls=changed, next_tick=None if dry_run else next_tick_if_known(services)
    )
