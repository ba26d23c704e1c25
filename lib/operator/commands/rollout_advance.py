"""`flask rollout advance` and `auto`: the next stage by evidence, once or by the ticks themselves."""

import click

from lib.errors import UsageProblem
from lib.operator.advance import advance_stage, judge_now
from lib.operator.change import change
from lib.operator.commands.frame import dry_run_option, json_option, operator_command, services
from lib.operator.commands.rollout_change import tell_change
from lib.operator.commands.who_and_why import actor, not_blank
from lib.rollout.change import ControlWish
from lib.rollout.controls import ControlName


@click.command("advance")
@click.option("--force", is_flag=True, help="Whatever the evidence is; takes --why.")
@click.option("--why", help="Why; kept with the change. Without it the evidence is kept.")
@dry_run_option
@json_option
@operator_command
def advance(why: str | None, *, force: bool, dry_run: bool, as_json: bool) -> None:
    """Let the next stage go (5, 25, 100 %) from the next tick on, if this one has shown enough.

    Exit 6 when it has not, saying what is missing; 4 when there is no further stage; 2 when
    BACKGROUND_JOBS_INNGEST_PERCENT caps it.
    """
    if force and why is None:
        raise UsageProblem("--force takes --why: it is kept with the change.")
    reason = None if why is None else not_blank(why, "--why")
    changed = advance_stage(services(), actor=actor(), why=reason, force=force, dry_run=dry_run)
    tell_change(changed, as_json=as_json)


@click.command("auto")
@click.argument("switch", type=click.Choice(["on", "off"]))
@click.option("--why", help="Why; kept with the change.")
@dry_run_option
@json_option
@operator_command
def auto(switch: str, why: str | None, *, dry_run: bool, as_json: bool) -> None:
    """Let the ticks themselves advance the rollout by evidence and take it back, or stop doing so.

    It switches itself off when the last stage has shown itself, and when it went back.
    """
    wish = ControlWish(
        name=ControlName.ROLLOUT_AUTO,
        value=switch == "on",
        actor=actor(),
        reason=f"auto {switch}" if why is None else not_blank(why, "--why"),
    )
    tell_change(change(services(), wish, dry_run=dry_run), as_json=as_json)
    if switch == "on" and not as_json:
        _tell_obstacle()


def _tell_obstacle() -> None:
    """Say what keeps every stage from being tried, where something does."""
    with services().store.transaction() as connection:
        obstacle = judge_now(connection, services()).evidence.obstacle
    if obstacle is not None:
        click.echo(f"No stage is tried yet: {obstacle.replace('_', ' ')}. See flask rollout show.")
