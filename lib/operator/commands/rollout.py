"""`flask rollout`: which ticks go to Inngest, and back at once (design §3, §10)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import click
from flask.cli import AppGroup

from lib.clock import iso
from lib.errors import UsageProblem
from lib.exit_codes import ExitCode
from lib.operator.commands.duration import Duration
from lib.operator.commands.frame import (
    dry_run_option,
    json_option,
    operator_command,
    print_json,
    services,
)
from lib.operator.commands.rollout_show import show
from lib.operator.commands.who_and_why import actor, not_blank
from lib.rollout.control_store import set_control, stored_controls
from lib.rollout.controls import ControlName, ControlValue, DispatchControl
from lib.rollout.levers import CEILING
from lib.store.store import Connection
from lib.ticks.breaker import BreakerState
from lib.ticks.breaker_store import read_breakers, reset_breaker
from lib.ticks.tick import foresee_tick
from lib.work.responsibilities import RESPONSIBILITIES

LATER: Final = "SELECT everytick_now() + %s"

rollout = AppGroup("rollout", help="Let ticks go to Inngest, share by share, and take them back at once.")
rollout.add_command(show)

why_option = click.option("--why", required=True, help="Why; kept with the change.")
for_option = click.option(
    "--for", "span", type=Duration(), help="End by itself after this long (90s, 30m, 2h): then auto again."
)


@rollout.command("set")
@click.argument("percent", type=click.IntRange(0, 100), required=False)
@click.option("--mode", type=click.Choice([mode.value for mode in DispatchControl]))
@why_option
@for_option
@dry_run_option
@json_option
@operator_command
def set_(
    percent: int | None,
    mode: str | None,
    why: str,
    span: timedelta | None,
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Let PERCENT of the windows go to Inngest, or set the mode; from the next tick on.

    PERCENT sets the mode auto as well; more than BACKGROUND_JOBS_INNGEST_PERCENT is refused (exit 2).
    """
    values: dict[ControlName, ControlValue]
    if mode is not None and percent is None:
        values = {ControlName.DISPATCH_MODE: DispatchControl(mode)}
    elif percent is not None and mode is None:
        _require_within(services().settings.background_jobs_inngest_percent, percent, span)
        values = {ControlName.DISPATCH_PERCENT: percent, ControlName.DISPATCH_MODE: DispatchControl.AUTO}
    else:
        raise UsageProblem("Give a PERCENT or a --mode, and not both.")
    _change(values, why, span, dry_run=dry_run, as_json=as_json)


@rollout.command("back")
@why_option
@for_option
@dry_run_option
@json_option
@operator_command
def back(why: str, span: timedelta | None, *, dry_run: bool, as_json: bool) -> None:
    """Work inline from the next tick on, whatever is on its way: `set --mode inline`."""
    _change({ControlName.DISPATCH_MODE: DispatchControl.INLINE}, why, span, dry_run=dry_run, as_json=as_json)


@rollout.command("reset-breaker")
@click.argument("responsibility", type=click.Choice(sorted(r.name for r in RESPONSIBILITIES)), required=False)
@why_option
@dry_run_option
@json_option
@operator_command
def reset(responsibility: str | None, why: str, *, dry_run: bool, as_json: bool) -> ExitCode:
    """Close the breaker of RESPONSIBILITY, or all: the next tick sends again. Exit 4 when none was open."""
    reason = not_blank(why, "--why")
    done = []
    with services().store.transaction() as connection:
        held = read_breakers(connection)
        for one in RESPONSIBILITIES:
            if responsibility not in (None, one.name) or held[one.job_name].state is BreakerState.CLOSED:
                continue
            if dry_run or reset_breaker(connection, one.job_name, actor=actor(), reason=reason):
                done.append({"responsibility": one.name, "was": held[one.job_name].state})
    if as_json:
        print_json({"dryRun": dry_run, "reset": done})
    else:
        for breaker in done:
            verb = "would be closed" if dry_run else "is closed"
            click.echo(f"The breaker of {breaker['responsibility']} was {breaker['was']} and {verb}.")
        if not done:
            click.echo("No breaker is open.", err=True)
    return ExitCode.WELL if done else ExitCode.NOTHING_FOUND


def _require_within(ceiling: int, percent: int, span: timedelta | None) -> None:
    """Raise UsageProblem for a percentage that the environment caps, or that would end in a larger one."""
    if percent > ceiling:
        raise UsageProblem(f"{CEILING} is {ceiling}: to go beyond, set it to {percent} or more and deploy.")
    if span is not None:
        raise UsageProblem(f"--for goes with --mode: when a percentage ends, {CEILING} counts ({ceiling}).")


def _change(
    values: Mapping[ControlName, ControlValue],
    why: str,
    span: timedelta | None,
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Set `values`, all or none, and tell what they were and what the next tick does."""
    reason = not_blank(why, "--why")
    with services().store.transaction() as connection:
        before = stored_controls(connection)
        until = _until(connection, span)
        for name, value in values.items() if not dry_run else ():
            set_control(connection, name, value, actor=actor(), reason=reason, expires_at=until)
    changes = [
        {
            "name": name,
            "old": before[name].value if name in before else None,
            "new": value,
            "expiresAt": iso(until) if until else None,
        }
        for name, value in values.items()
    ]
    following = None if dry_run else foresee_tick(services())
    if as_json:
        print_json({"dryRun": dry_run, "changes": changes, "next": following})
        return
    for change in changes:
        _tell(change, dry_run=dry_run)
    if following is not None:
        click.echo(f"Next tick: {following['mode']} ({following['reason']}).")


def _until(connection: Connection, span: timedelta | None) -> datetime | None:
    """When `span` is over, by the database's clock."""
    if span is None:
        return None
    until: datetime
    ((until,),) = connection.execute(LATER, (span,)).fetchall()
    return until


def _tell(change: dict[str, Any], *, dry_run: bool) -> None:
    old = "not set" if change["old"] is None else change["old"]
    until = f" until {change['expiresAt']}" if change["expiresAt"] else ""
    verb = "would become" if dry_run else "is now"
    click.echo(f"{change['name']} {verb} {change['new']}{until} (it was {old}).")
