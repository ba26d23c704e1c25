"""`flask memory`: what is remembered of a workspace's leads and of itself."""

from typing import Any, Final
from uuid import UUID

import click
from flask.cli import AppGroup
from rich.table import Table

from lib.clock import iso
from lib.errors import NotFound
from lib.exit_codes import ExitCode
from lib.inbox.workspace import DEFAULT_WORKSPACE, require_workspace
from lib.memory.entries import EntryFilter, ListedEntry, list_entries
from lib.memory.entry import MemoryScope, MemoryStatus
from lib.operator.commands.frame import json_option, operator_command, print_json, print_table, services

STATES: Final = tuple(status.lower() for status in MemoryStatus)

memory = AppGroup("memory", help="Look at what is remembered, and decide on it.")
workspace_option = click.option(
    "--workspace", default=DEFAULT_WORKSPACE, show_default=True, help="Its name or id."
)


@memory.command("list")
@workspace_option
@click.option("--status", type=click.Choice(STATES), help="Only entries of this status.")
@click.option(
    "--scope",
    type=click.Choice([scope.value for scope in MemoryScope]),
    help="Only entries of leads, or of the workspace.",
)
@click.option("--lead", "lead_email", metavar="EMAIL", help="Only entries of this lead.")
@click.option("--category", help="Only entries of this category.")
@click.option("--expired", is_flag=True, help="Also those past their time that are not pruned yet.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
@json_option
@operator_command
def list_(  # noqa: PLR0913 - one parameter for each option
    *,
    workspace: str,
    status: str | None,
    limit: int,
    scope: str | None,
    lead_email: str | None,
    category: str | None,
    expired: bool,
    as_json: bool,
) -> ExitCode:
    """List the newest entries of a workspace; exit 4 when there is none."""
    wanted = EntryFilter(
        scope=MemoryScope(scope) if scope else None,
        status=MemoryStatus(status.upper()) if status else None,
        lead_email=lead_email,
        category=category,
        over=expired,
    )
    with services().store.transaction() as connection:
        found = list_entries(connection, require_workspace(connection, workspace), wanted, limit=limit)
    if as_json:
        print_json({"entries": [entry.as_json() for entry in found]})
    elif found:
        _print_entries(found)
    else:
        click.echo("No entry fits.", err=True)
    return ExitCode.WELL if found else ExitCode.NOTHING_FOUND


@memory.command("show")
@click.argument("entry_id", metavar="ID", type=click.UUID)
@workspace_option
@json_option
@operator_command
def show(entry_id: UUID, *, workspace: str, as_json: bool) -> None:
    """Show everything about one entry; exit 4 when the workspace has none with this ID."""
    with services().store.transaction() as connection:
        found = list_entries(
            connection,
            require_workspace(connection, workspace),
            EntryFilter(ids=(entry_id,), over=True),
            limit=1,
        )
    if not found:
        raise NotFound("The workspace has no entry with this ID: `flask memory list` shows those there are.")
    if as_json:
        print_json(found[0].as_json())
        return
    for name, value in found[0].as_json().items():
        click.echo(f"{name:>13}  {_cell(value)}")


def _print_entries(entries: list[ListedEntry]) -> None:
    table = Table("ID", "Status", "Source", "Of", "Category", "Content", "Expires", box=None)
    for entry in entries:
        table.add_row(
            str(entry.id),
            entry.status.lower(),
            entry.source.lower(),
            entry.lead_email or "the workspace",
            entry.category,
            entry.content,
            _expiry(entry),
        )
    print_table(table)


def _expiry(entry: ListedEntry) -> str:
    if entry.expires_at is None:
        return "never"
    return f"{iso(entry.expires_at)}{' (over)' if entry.is_over else ''}"


def _cell(value: Any) -> str:  # noqa: ANN401 - whatever as_json holds
    return "-" if value is None else str(value)
