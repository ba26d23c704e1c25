"""`flask drafts skipped`: the messages that got no draft, and why."""

from typing import Final

import click

from lib.drafts.no_draft import NoDraftReason
from lib.drafts.skipped import SkippedMessage, list_skipped
from lib.exit_codes import ExitCode
from lib.operator.commands.frame import json_option, operator_command, print_json, services

REASONS: Final = tuple(sorted(reason.value for reason in NoDraftReason))


@click.command("skipped")
@click.option("--reason", type=click.Choice(REASONS), help="Only for this reason.")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True)
@json_option
@operator_command
def drafts_skipped(reason: str | None, limit: int, *, as_json: bool) -> ExitCode:
    """List the newest messages that got no draft, and what told the reason; exit 4 when there is none."""
    with services().store.transaction() as connection:
        found = list_skipped(connection, limit=limit, reason=reason)
    if as_json:
        print_json({"skipped": [message.as_json() for message in found]})
    else:
        for message in found:
            click.echo(_line(message))
        if not found:
            click.echo("No message fits.")
    return ExitCode.WELL if found else ExitCode.NOTHING_FOUND


def _line(message: SkippedMessage) -> str:
    evidence = message.evidence or {}
    told = [evidence[name] for name in ("header", "text") if name in evidence]
    told += [f"away until {evidence['awayUntil']}"] if "awayUntil" in evidence else []
    why = f"{message.reason} ({'; '.join(told)})" if told else message.reason
    return f"{message.message_id}  {why}  {message.lead_email}  {message.subject or '(no subject)'}"
