"""`flask rollout show`: what the next tick does and why, and how the latest ones went (design §3, §10)."""

from dataclasses import dataclass
from typing import Any, Final

import click
from rich.console import Console
from rich.table import Table

from lib.clock import iso
from lib.environment.decision import DeploymentKind
from lib.exit_codes import ExitCode
from lib.operator.advance import judge_now
from lib.operator.commands.frame import json_option, operator_command, print_json, print_table, services
from lib.operator.commands.rollout_evidence import tell_chart, tell_gate, tell_stages
from lib.rollout.control_store import stored_controls
from lib.rollout.controls import controls_from
from lib.rollout.evidence import StageEvidence
from lib.rollout.evidence_store import stages_seen
from lib.rollout.gate import Verdict
from lib.rollout.levers import Lever, Unreadable, levers, unreadable_controls
from lib.rollout.steering import Judged, went_back
from lib.rollout.thresholds import Thresholds
from lib.services import Services
from lib.status.run_status import JobName
from lib.ticks.breaker import Breaker, BreakerState
from lib.ticks.breaker_store import read_breakers
from lib.ticks.tick import foresee_tick
from lib.vitals.open_lines import OpenLines, open_lines
from lib.vitals.recent_windows import RecentWindow, latest_windows, recoveries_of_a_day
from lib.vitals.stuck_runs import stuck_runs
from lib.vitals.tick_arrivals import TickArrivals, tick_arrivals
from lib.vitals.window_outcomes import WindowMark, window_outcomes
from lib.work.responsibilities import RESPONSIBILITIES

WINDOWS: Final = 10
CHARTED: Final = 120
"""Windows of the chart."""
NAMES: Final = {responsibility.job_name: responsibility.name for responsibility in RESPONSIBILITIES}


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutView:
    """Everything that is shown, read at one moment."""

    next_tick: dict[str, Any]
    levers: tuple[Lever, ...]
    unreadable: tuple[Unreadable, ...]
    """Controls that nothing of this version can read."""
    breakers: dict[JobName, Breaker]
    windows: list[RecentWindow]
    lines: dict[JobName, OpenLines]
    stuck_runs: int
    arrivals: TickArrivals
    recoveries: int
    """Of the last 24 hours."""
    judged: Judged
    """The stage in force, and what the gate says of it."""
    stages: tuple[StageEvidence, ...]
    """Every percentage of the latest windows."""
    auto: bool
    """Whether the ticks steer the rollout themselves."""
    went_back: bool
    """Whether a tick took the rollout back, and nobody has set the mode since."""
    marks: list[WindowMark]
    """Of the chart."""
    window_seconds: int
    has_cron: bool
    """Whether somebody should be calling; only in production."""

    @property
    def ticks_missing(self) -> int | None:
        """How many windows passed without a tick; None where no cron calls."""
        return self.arrivals.missing if self.has_cron else None

    @property
    def degraded(self) -> bool:
        """Whether anything is less than what was asked for."""
        return (
            bool(self.next_tick["degraded"])
            or bool(self.unreadable)
            or any(breaker.state is not BreakerState.CLOSED for breaker in self.breakers.values())
            or any(lines.unexecuted for lines in self.lines.values())
            or self.stuck_runs > 0
            or (self.has_cron and self.arrivals.are_missing)
            or self.judged.decision.verdict is Verdict.ROLL_BACK
            or self.went_back
        )

    def as_json(self) -> dict[str, Any]:
        """The public shape."""
        last = self.arrivals.last_tick_at
        return {
            "degraded": self.degraded,
            "next": self.next_tick,
            "levers": [lever.as_json() for lever in self.levers],
            "unreadable": [one.as_json() for one in self.unreadable],
            "breakers": [_breaker(name, breaker) for name, breaker in self.breakers.items()],
            "windows": [window.as_json() for window in self.windows],
            "lines": [
                {"responsibility": NAMES[name], **lines.as_json()} for name, lines in self.lines.items()
            ],
            "stuckRuns": self.stuck_runs,
            "lastTickAt": iso(last) if last else None,
            "ticksMissing": self.ticks_missing,
            "recoveries24h": self.recoveries,
            "auto": self.auto,
            "wentBack": self.went_back,
            "gate": self.judged.decision.as_json(),
            "evidence": self.judged.evidence.as_json(),
            "stages": [stage.as_json() for stage in self.stages],
        }


@click.command("show")
@click.option("--windows", "limit", type=click.IntRange(1, 1_000), default=WINDOWS, show_default=True)
@json_option
@operator_command
def show(limit: int, *, as_json: bool) -> ExitCode:
    """Show what the next tick does and why, what this stage has shown and what is missing.

    Exit 7 when something is degraded: the next tick itself, a control that cannot be read, a breaker that is
    not closed, lines that nobody executes, a run that fell silent, ticks that do not come, or evidence that
    says to go back. Also once a tick went back by itself, until somebody sets the mode anew.
    """
    view = _view(services(), limit)
    if as_json:
        print_json(view.as_json())
    else:
        _tell(view)
    return ExitCode.DEGRADED if view.degraded else ExitCode.WELL


def _view(held: Services, limit: int) -> RolloutView:
    settings = held.settings
    next_tick = foresee_tick(held)
    seconds = settings.background_jobs_dispatch_window_seconds
    with held.store.transaction() as connection:
        stored = stored_controls(connection)
        return RolloutView(
            next_tick=next_tick,
            judged=judge_now(connection, held),
            stages=stages_seen(connection, late_seconds=Thresholds.of(settings).late_seconds),
            went_back=went_back(stored),
            auto=controls_from(stored.values()).rollout_auto,
            marks=window_outcomes(connection, windows=CHARTED, seconds=seconds),
            window_seconds=seconds,
            levers=levers(settings, stored),
            unreadable=unreadable_controls(stored),
            breakers=read_breakers(connection),
            windows=latest_windows(connection, limit),
            lines=open_lines(connection, grace_seconds=settings.background_jobs_dispatch_grace_seconds),
            stuck_runs=stuck_runs(connection, stuck_seconds=settings.background_jobs_stuck_run_seconds),
            arrivals=tick_arrivals(connection, seconds),
            recoveries=recoveries_of_a_day(connection),
            has_cron=held.environment.kind is DeploymentKind.PRODUCTION,
        )


def _breaker(name: JobName, breaker: Breaker) -> dict[str, Any]:
    return {
        "responsibility": NAMES[name],
        "state": breaker.state,
        "openedAt": iso(breaker.opened_at) if breaker.opened_at else None,
        "probeAfter": iso(breaker.probe_after) if breaker.probe_after else None,
        "probeKey": breaker.probe_key,
        "changedAt": iso(breaker.changed_at) if breaker.changed_at else None,
        "actor": breaker.actor,
        "reason": breaker.reason,
    }


def _tell(view: RolloutView) -> None:
    """The same for people."""
    shown = view.as_json()
    following = shown["next"]
    Console(soft_wrap=True).print(
        f"Next tick: [bold]{following['mode']}[/] ({following['reason']}), {following['due']} jobs due."
    )
    for one in view.unreadable:
        click.echo(f"{one.cure} It is {one.control.value!r}, by {one.control.actor}: {one.control.reason}.")
    _print(
        "lever",
        "value",
        "from",
        "by",
        "why",
        "since",
        "until",
        rows=[
            (
                one["name"],
                one["value"],
                one["source"],
                one["actor"],
                one["reason"],
                one["changedAt"],
                one["expiresAt"],
            )
            for one in shown["levers"]
        ],
    )
    tell_gate(view.judged.evidence.stage, view.judged.decision, auto=view.auto)
    tell_stages(view.stages)
    tell_chart(view.marks, windows=CHARTED, seconds=view.window_seconds)
    _print(
        "breaker",
        "state",
        "since",
        "next probe",
        "by",
        "why",
        rows=[
            (
                one["responsibility"],
                one["state"],
                one["openedAt"] or one["changedAt"],
                one["probeAfter"] or one["probeKey"],
                one["actor"],
                one["reason"],
            )
            for one in shown["breakers"]
        ],
    )
    _print(
        "window",
        "mode",
        "reason",
        "ticks",
        "recoveries",
        "error",
        rows=[
            (
                one["dispatchKey"],
                one["mode"],
                one["reason"],
                one["ticks"],
                one["recoveries"],
                one["errorClass"],
            )
            for one in shown["windows"]
        ],
    )
    for one in shown["lines"]:
        click.echo(
            f"{one['responsibility']}: {one['unexecuted']} lines unexecuted, {one['waiting']} waiting,"
            f" {one['young']} on their way."
        )
    click.echo(f"Runs that fell silent: {shown['stuckRuns']}. Recoveries in 24 h: {shown['recoveries24h']}.")
    if shown["ticksMissing"] is not None:
        click.echo(f"Windows without a tick until now: {shown['ticksMissing']}.")
    click.echo(f"Last tick: {shown['lastTickAt'] or 'none yet'}.")


def _print(*columns: str, rows: list[tuple[Any, ...]]) -> None:
    table = Table(*columns)
    for row in rows:
        table.add_row(*(_cell(cell) for cell in row))
    print_table(table)


def _cell(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)
