"""`flask memory approve`, `reject`, `expire` and `add`: a person decides what is remembered."""

from typing import Final
from uuid import UUID

import click
from flask.cli import AppGroup

from lib.errors import NotFound, UsageProblem
from lib.exit_codes import ExitCode
from lib.inbox.storable_text import storable_line
from lib.inbox.workspace import require_workspace
from lib.memory.entry import CATEGORY_LIMIT, CONTENT_LIMIT
from lib.memory.operate import (
    MemoryVerb,
    OperatedEntry,
    Operator,
    log_operated,
    operate,
    write_entry,
)
from lib.memory.wording import as_category, as_content, says_something
from lib.operator.commands.frame import (
    dry_run_option,
    json_option,
    operator_command,
    print_json,
    services,
)
from lib.operator.commands.memory import workspace_option
from lib.operator.commands.who_and_why import actor, not_blank
from lib.store.store import Connection

LEAD: Final = "SELECT id FROM leads WHERE workspace_id = %s AND email = %s"
WHY_LIMIT: Final = 500
DONE: Final = {
    MemoryVerb.APPROVE: "approved",
    MemoryVerb.REJECT: "rejected",
    MemoryVerb.EXPIRE: "ended",
}

ids_argument = click.argument("ids", metavar="ID…", nargs=-1, required=True, type=click.UUID)


def memory_change_commands(group: AppGroup) -> None:
    """Add the commands to `flask memory`."""
    for command in (approve, reject, expire, add):
        group.add_command(command)


@click.command("approve")
@ids_argument
@workspace_option
@click.option(
    "--days", type=click.IntRange(1, 3_650), help="How long it holds from now on; else as proposed."
)
@click.option("--why", help="Kept with the entry.")
@dry_run_option
@json_option
@operator_command
def approve(
    ids: tuple[UUID, ...], *, workspace: str, days: int | None, why: str | None, dry_run: bool, as_json: bool
) -> ExitCode:
    """Let prompts read entries that wait; with --days also those rejected or past their time."""
    return _operate(MemoryVerb.APPROVE, ids, workspace, why, days=days, dry_run=dry_run, as_json=as_json)


@click.command("reject")
@ids_argument
@workspace_option
@click.option("--why", required=True, help="Kept with the entry.")
@dry_run_option
@json_option
@operator_command
def reject(ids: tuple[UUID, ...], *, workspace: str, why: str, dry_run: bool, as_json: bool) -> ExitCode:
    """Have no prompt read these entries, and no mail bring the same back."""
    return _operate(MemoryVerb.REJECT, ids, workspace, why, dry_run=dry_run, as_json=as_json)


@click.command("expire")
@ids_argument
@workspace_option
@click.option("--why", required=True, help="Kept with the entry until it is pruned.")
@dry_run_option
@json_option
@operator_command
def expire(ids: tuple[UUID, ...], *, workspace: str, why: str, dry_run: bool, as_json: bool) -> ExitCode:
    """End what a composer proposed, now; a later mail may bring it back."""
    return _operate(MemoryVerb.EXPIRE, ids, workspace, why, dry_run=dry_run, as_json=as_json)


@click.command("add")
@click.argument("content")
@workspace_option
@click.option("--category", required=True, help="What sort of thing it is, at most 64 characters.")
@click.option("--lead", "lead_email", metavar="EMAIL", help="Of this lead. Without: of the workspace.")
@click.option("--why", help="Kept with the entry.")
@dry_run_option
@json_option
@operator_command
def add(  # noqa: PLR0913 - one parameter for each option
    content: str,
    *,
    workspace: str,
    category: str,
    lead_email: str | None,
    why: str | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Write an entry that prompts read and that never expires, redacted like any other.

    What a composer proposed in the same words, even if it was rejected, becomes this entry.
    """
    kept_category, kept = _kept(category, content)
    held = services()
    with (
        held.store.transaction() as connection,
        connection.transaction(force_rollback=dry_run),
    ):
        operator = _operator(connection, workspace, why)
        lead_id = None if lead_email is None else _lead(connection, operator.workspace_id, lead_email)
        made = write_entry(connection, operator, lead_id=lead_id, category=kept_category, content=kept)
    if made is not None and not dry_run:
        log_operated("add", operator, [made])
    if as_json:
        shown = None if made is None or dry_run else str(made)
        print_json({"dryRun": dry_run, "written": made is not None, "id": shown, "content": kept})
    elif made is None:
        click.echo("A person wrote the same before: it stands.")
    else:
        click.echo(f"Would be written: {kept}" if dry_run else f"Written as {made}: {kept}")


def _kept(category: str, content: str) -> tuple[str, str]:
    """Both as they are stored. Raises UsageProblem for what the tables would not take."""
    kept_category, kept = (
        as_category(category[: CATEGORY_LIMIT + 1]),
        as_content(content[: CONTENT_LIMIT + 1]),
    )
    if not says_something(kept_category) or max(len(category), len(kept_category)) > CATEGORY_LIMIT:
        raise UsageProblem(f"A category has 1 to {CATEGORY_LIMIT} characters and is no address or number.")
    if not says_something(kept) or max(len(content), len(kept)) > CONTENT_LIMIT:
        raise UsageProblem(
            f"An entry has 1 to {CONTENT_LIMIT} characters beside addresses and phone numbers, which are"
            " taken out."
        )
    return kept_category, kept


def _lead(connection: Connection, workspace_id: UUID, email: str) -> UUID:
    row = connection.execute(LEAD, (workspace_id, email.strip().lower())).fetchone()
    if row is None:
        raise NotFound(f"The workspace has no lead {email!r}.")
    return UUID(str(row[0]))


def _operator(connection: Connection, workspace: str, why: str | None) -> Operator:
    said = None if why is None else services().redactor.text(not_blank(why, "--why"))
    return Operator(
        workspace_id=require_workspace(connection, workspace),
        actor=actor(),
        why=None if said is None else storable_line(said, WHY_LIMIT),
    )


def _operate(  # noqa: PLR0913 - what the commands share
    verb: MemoryVerb,
    ids: tuple[UUID, ...],
    workspace: str,
    why: str | None,
    *,
    days: int | None = None,
    dry_run: bool,
    as_json: bool,
) -> ExitCode:
    held = services()
    with (
        held.store.transaction() as connection,
        connection.transaction(force_rollback=dry_run),
    ):
        operator = _operator(connection, workspace, why)
        done = operate(connection, verb, ids, operator, days=days)
    if not dry_run:
        log_operated(verb, operator, [one.id for one in done if one.problem is None])
    return _tell(verb, done, dry_run=dry_run, as_json=as_json)


def _tell(verb: MemoryVerb, done: list[OperatedEntry], *, dry_run: bool, as_json: bool) -> ExitCode:
    """Print what came of each entry; 4 when there was none, 1 when one could not be changed."""
    if as_json:
        print_json({"dryRun": dry_run, "entries": [_shape(one) for one in done]})
    else:
        for one in done:
            said = f"not changed: {one.problem}" if one.problem else f"{'would be ' * dry_run}{DONE[verb]}"
            click.echo(f"Entry {one.id} {said}.")
    if all(one.was is None for one in done):
        return ExitCode.NOTHING_FOUND
    return ExitCode.WELL if all(one.problem is None for one in done) else ExitCode.FAILED


def _shape(one: OperatedEntry) -> dict[str, object]:
    return {
        "id": str(one.id),
        "was": None if one.was is None else one.was.status,
        "changed": one.problem is None,
        "problem": one.problem,
    }
