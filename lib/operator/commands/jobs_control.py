"""`flask jobs retry/discard/pause/resume`: what an operator changes in the queue (design §3, §10)."""

from collections.abc import Sequence
from typing import Final

import click
from flask.cli import AppGroup

from lib.errors import UsageProblem
from lib.exit_codes import ExitCode
from lib.inbox.workspace import require_workspace
from lib.jobs.operate import Operated, dead_jobs, discard_jobs, retry_jobs
from lib.jobs.pause import pause, read_paused, resume
from lib.operator.commands.frame import (
    dry_run_option,
    json_option,
    operator_command,
    print_json,
    services,
)
from lib.operator.commands.who_and_why import actor, not_blank
from lib.rollout.controls import Paused
from lib.store.store import Connection

ALL_DEAD_LIMIT: Final = 10_000
DONE: Final = {"retry": "retried", "discard": "discarded"}

job_ids_argument = click.argument("job_ids", nargs=-1, type=click.IntRange(min=1))
kinds_option = click.option("--kind", "kinds", multiple=True, help="A kind; may be given more than once.")
workspaces_option = click.option(
    "--workspace", "workspaces", multiple=True, help="Name or id; may be given more than once."
)


def control_commands(group: AppGroup) -> None:
    """Add the commands to `flask jobs`."""
    for command in (retry, discard, pause_, resume_):
        group.add_command(command)


@click.command("retry")
@job_ids_argument
@click.option("--all-dead", is_flag=True, help=f"Every dead job, at most {ALL_DEAD_LIMIT} at a time.")
@click.option("--reason", help="Why; kept with the jobs.")
@dry_run_option
@json_option
@operator_command
def retry(
    job_ids: tuple[int, ...], reason: str | None, *, all_dead: bool, dry_run: bool, as_json: bool
) -> ExitCode:
    """Put dead or discarded jobs back into the queue, due now, with all their attempts."""
    if bool(job_ids) == all_dead:
        raise UsageProblem("Name the jobs to retry by id, or say --all-dead.")
    why = None if reason is None else not_blank(reason, "--reason")
    with (
        services().store.transaction() as connection,
        connection.transaction(force_rollback=dry_run),
    ):
        wanted = dead_jobs(connection, ALL_DEAD_LIMIT) if all_dead else job_ids
        done = retry_jobs(connection, wanted, actor=actor(), reason=why)
    return _tell("retry", done, dry_run=dry_run, as_json=as_json)


@click.command("discard")
@job_ids_argument
@click.option("--reason", required=True, help="Why; kept with the job.")
@dry_run_option
@json_option
@operator_command
def discard(job_ids: tuple[int, ...], reason: str, *, dry_run: bool, as_json: bool) -> ExitCode:
    """Throw away jobs that wait or are dead. A running one is left to end."""
    if not job_ids:
        raise UsageProblem("Name the jobs to discard by id.")
    with (
        services().store.transaction() as connection,
        connection.transaction(force_rollback=dry_run),
    ):
        done = discard_jobs(connection, job_ids, actor=actor(), reason=not_blank(reason, "--reason"))
    return _tell("discard", done, dry_run=dry_run, as_json=as_json)


@click.command("pause")
@kinds_option
@workspaces_option
@click.option("--reason", required=True, help="Why; kept with the control.")
@dry_run_option
@json_option
@operator_command
def pause_(
    kinds: tuple[str, ...], workspaces: tuple[str, ...], reason: str, *, dry_run: bool, as_json: bool
) -> None:
    """Let no drain begin jobs of these kinds or workspaces; acts within seconds, running ones end."""
    why = not_blank(reason, "--reason")
    with services().store.transaction() as connection:
        what = _named(connection, kinds, workspaces)
        if dry_run:
            paused = read_paused(connection).with_(what)
        else:
            paused = pause(connection, what, actor=actor(), reason=why)
    _tell_paused(paused, dry_run=dry_run, as_json=as_json)


@click.command("resume")
@kinds_option
@workspaces_option
@click.option("--all", "everything", is_flag=True, help="Whatever is paused.")
@click.option("--reason", required=True, help="Why; kept with the control.")
@dry_run_option
@json_option
@operator_command
def resume_(
    kinds: tuple[str, ...],
    workspaces: tuple[str, ...],
    reason: str,
    *,
    everything: bool,
    dry_run: bool,
    as_json: bool,
) -> ExitCode:
    """End a pause; exit 4 when none of it was paused."""
    why = not_blank(reason, "--reason")
    with services().store.transaction() as connection:
        before = read_paused(connection)
        what = before if everything else _named(connection, kinds, workspaces)
        if dry_run or not before:
            after = before.without(what)
        else:
            after = resume(connection, what, actor=actor(), reason=why)
    _tell_paused(after, dry_run=dry_run, as_json=as_json)
    return ExitCode.NOTHING_FOUND if after == before else ExitCode.WELL


def _named(connection: Connection, kinds: Sequence[str], workspaces: Sequence[str]) -> Paused:
    """What the options name; raises NotFound for a workspace, UsageProblem for a kind that doesn't exist."""
    known = services().kinds
    unknown = [kind for kind in kinds if kind not in known]
    if unknown or not (kinds or workspaces):
        raise UsageProblem(
            f"There is no kind {', '.join(unknown)}; there are {', '.join(sorted(known))}."
            if unknown
            else "Name a --kind or a --workspace."
        )
    return Paused(
        kinds=frozenset(kinds),
        workspaces=frozenset(require_workspace(connection, said) for said in workspaces),
    )


def _tell(verb: str, done: list[Operated], *, dry_run: bool, as_json: bool) -> ExitCode:
    """Print what came of each job; 4 when there was none, 1 when one could not be changed."""
    if as_json:
        print_json(
            {
                "dryRun": dry_run,
                "jobs": [
                    {"id": one.job_id, "was": one.status, "changed": one.changed, "problem": one.problem}
                    for one in done
                ],
            }
        )
    else:
        for one in done:
            said = f"not changed: {one.problem}" if one.problem else f"{'would be ' * dry_run}{DONE[verb]}"
            click.echo(f"Job {one.job_id} {said}.")
    if all(one.status is None for one in done):
        if not as_json:
            click.echo(f"Nothing to {verb}.", err=True)
        return ExitCode.NOTHING_FOUND
    return ExitCode.WELL if all(one.changed for one in done) else ExitCode.FAILED


def _tell_paused(paused: Paused, *, dry_run: bool, as_json: bool) -> None:
    if as_json:
        print_json({"dryRun": dry_run, "paused": paused.as_json()})
        return
    would = "Would then be paused" if dry_run else "Paused now"
    told = [f"kind {kind}" for kind in paused.as_json()["kinds"]]
    told += [f"workspace {workspace}" for workspace in paused.as_json()["workspaces"]]
    click.echo(f"{would}: {', '.join(told) or 'nothing'}.")
