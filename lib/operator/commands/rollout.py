"""`flask rollout`: which ticks go to Inngest, and back at once (design §3, §10)."""

from datetime import timedelta

import click
from flask.cli import AppGroup

from lib.errors import UsageProblem
from lib.exit_codes import ExitCode
from lib.operator.change import change
from lib.operator.commands.duration import Duration
from lib.operator.commands.frame import (
    dry_run_option,
    json_option,
    operator_command,
    print_json,
    services,
)
from lib.operator.commands.rollout_advance import advance, auto
from lib.operator.commands.rollout_change import tell_change
from lib.operator.commands.rollout_preflight import preflight
from lib.operator.commands.rollout_rehearse import rehearse
from lib.operator.commands.rollout_show import show
from lib.operator.commands.who_and_why import actor, not_blank
from lib.rollout.change import ControlWish
from lib.rollout.controls import ControlName, ControlValue, DispatchControl
from lib.ticks.breaker import BreakerState
from lib.ticks.breaker_store import read_breakers, reset_breaker
from lib.work.responsibilities import RESPONSIBILITIES

rollout = AppGroup("rollout", help="Let ticks go to Inngest, share by share, and take them back at once.")
for command in (preflight, show, advance, auto, rehearse):
    rollout.add_command(command)

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
    name, value = _wanted(percent, mode)
    wish = ControlWish(name=name, value=value, actor=actor(), reason=not_blank(why, "--why"), span=span)
    tell_change(change(services(), wish, dry_run=dry_run), as_json=as_json)


@rollout.command("back")
@why_option
@for_option
@dry_run_option
@json_option
@operator_command
def back(why: str, span: timedelta | None, *, dry_run: bool, as_json: bool) -> None:
    """Work inline from the next tick on, whatever is on its way: `set --mode inline`."""
    wish = ControlWish(
        name=ControlName.DISPATCH_MODE,
        value=DispatchControl.INLINE,
        actor=actor(),
        reason=not_blank(why, "--why"),
        span=span,
    )
    tell_change(change(services(), wish, dry_run=dry_run), as_json=as_json)


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


def _wanted(percent: int | None, mode: str | None) -> tuple[ControlName, ControlValue]:
    """The control that is to be set, and to what. Raises UsageProblem."""
    if mode is not None and percent is None:
        return ControlName.DISPATCH_MODE, DispatchControl(mode)
    if percent is not None and mode is None:
        return ControlName.DISPATCH_PERCENT, percent
    raise UsageProblem("Give a PERCENT or a --mode, and not both.")
