"""`flask drafts list` and `show`: what has been drafted, in a terminal."""

from typing import Any
from uuid import UUID

import click

from lib.drafts.listing import ListedDraft, list_drafts
from lib.exit_codes import ExitCode
from lib.operator.commands.frame import json_option, operator_command, print_json, services

STATES = ("pending", "sending", "approved", "rejected")


@click.command("list")
@click.option("--status", type=click.Choice(STATES), help="Only drafts of this status.")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True)
@json_option
@operator_command
def drafts_list(status: str | None, limit: int, *, as_json: bool) -> ExitCode:
    """List the newest drafts; exit 4 when there is none."""
    with services().store.transaction() as connection:
        found = list_drafts(connection, limit=limit, status=status)
    if as_json:
        print_json({"drafts": [draft.as_json() for draft in found]})
    else:
        for draft in found:
            click.echo(f"{draft.id}  {_state(draft)}  {draft.lead_email}  {draft.subject or '(no subject)'}")
        if not found:
            click.echo("No draft fits.")
    return ExitCode.WELL if found else ExitCode.NOTHING_FOUND


@click.command("show")
@click.argument("draft_id", metavar="ID", type=click.UUID)
@json_option
@operator_command
def drafts_show(draft_id: UUID, *, as_json: bool) -> ExitCode:
    """Show one draft under the mail that it answers; exit 4 when there is none with this ID."""
    with services().store.transaction() as connection:
        found = list_drafts(connection, limit=1, draft_id=draft_id)
    if as_json:
        print_json(found[0].as_json() if found else None)
    for draft in found if not as_json else ():
        click.echo(f"From {draft.lead_email}: {draft.subject or '(no subject)'}\n")
        click.echo("".join(f"> {line}\n" for line in draft.inbound.splitlines()))
        click.echo(f"{draft.text}\n\n({_state(draft)})")
        if draft.score_basis is not None:
            click.echo(_score(draft.score, draft.score_basis))
        for decided in draft.auto_send:
            click.echo(_decision(decided))
    if not found:
        click.echo("There is no draft with this ID: `flask drafts list` shows those there are.", err=True)
    return ExitCode.WELL if found else ExitCode.NOTHING_FOUND


def _state(draft: ListedDraft) -> str:
    if draft.send_unconfirmed:
        return f"{draft.status}, send unconfirmed"
    return f"{draft.status}, goes out by itself at {draft.goes_out_at}" if draft.goes_out_at else draft.status


def _score(score: int | None, basis: dict[str, Any]) -> str:
    """The lead's score and what it rests on."""
    if score is None:
        return f"lead without a score: {basis.get('reason')}"
    signals = ", ".join(f"{signal} {weight:+}" for signal, weight in basis.get("signals", {}).items())
    return f"lead scored {score}: {signals}"


def _decision(decided: dict[str, Any]) -> str:
    """One decision on sending it without a person."""
    at = f" ({decided['at']})" if decided.get("at") else ""
    then = f", due {decided['runAt']}" if decided.get("runAt") else ""
    return f"auto-send {decided.get('decision')}: {decided.get('reason')}{then}{at}"
