"""`flask inbox`: take mail in."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import click
from flask.cli import AppGroup
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from lib.exit_codes import ExitCode
from lib.inbox.destination import Destination, settings_beside, settings_from
from lib.inbox.intake import Intake, IntakeSummary, Refusal
from lib.inbox.mail_files import MailFiles, SourceProblem, find_mail_files
from lib.inbox.sources import RawMail, mails_in
from lib.inbox.storable_text import storable_line
from lib.inbox.workspace import DEFAULT_WORKSPACE
from lib.operator.commands.frame import dry_run_option, json_option, operator_command, print_json, services

LINE_LIMIT: Final = 1_000

inbox = AppGroup("inbox", help="Take mail in.")


@inbox.command("import")
@click.argument("paths", metavar="PATH…", nargs=-1, required=True)
@click.option(
    "--workspace", default=DEFAULT_WORKSPACE, show_default=True, help="Its id or name; made when new."
)
@click.option(
    "--settings",
    "settings_file",
    type=click.Path(path_type=Path),
    help="Replace the workspace's settings by those in this JSON file.",
)
@json_option
@dry_run_option
@operator_command
def import_(
    paths: tuple[str, ...], workspace: str, settings_file: Path | None, *, as_json: bool, dry_run: bool
) -> ExitCode:
    """Import mail: .eml files, mbox files, Maildirs, folders of them, or - for standard input.

    A mail that was imported before is recognised. One that cannot be read is named and stops no other.
    Exit 0: all are in the workspace; 7: some were refused; 4: not one readable mail was found.
    """
    held = services()
    destination, told_by = _destination(paths, workspace, settings_file)
    found = find_mail_files(paths)
    with _progress(found, quiet=as_json) as progress:
        intake = Intake(
            held,
            destination=destination,
            report=progress,
            dry_run=dry_run,
        )
        summary = intake.take(_everything(found))
    if as_json:
        print_json(_shape(summary, found, destination, told_by, dry_run=dry_run))
    else:
        click.echo(_sentence(summary, found, destination, told_by, dry_run=dry_run))
    return _exit_code(summary)


def _destination(
    paths: tuple[str, ...], workspace: str, settings_file: Path | None
) -> tuple[Destination, Path | None]:
    """Where the mail goes, and the file that a new workspace takes its settings from."""
    if settings_file is not None:
        return (
            Destination(workspace=workspace, settings=settings_from(settings_file), overwrite=True),
            settings_file,
        )
    path, settings = settings_beside(paths) or (None, None)
    return Destination(workspace=workspace, settings=settings), path


def _everything(found: MailFiles) -> Iterator[RawMail | SourceProblem]:
    yield from found.problems
    yield from mails_in(found.files, sys.stdin.buffer)


class _Lines:
    """Names each refusal on standard error and moves the bar."""

    def __init__(self, progress: Progress, total_bytes: int | None, *, quiet: bool) -> None:
        self._progress = progress
        self._quiet = quiet
        self._task = progress.add_task("Importing", total=total_bytes, mails=0)
        self._mails = 0

    def mail_done(self, size_bytes: int) -> None:
        self._mails += 1
        self._progress.update(self._task, advance=size_bytes, mails=self._mails)

    def refused(self, refusal: Refusal) -> None:
        if self._quiet:
            return
        kept = f" A copy is kept as {refusal.kept_as}." if refusal.kept_as else ""
        line = f"Refused {_shown(refusal.label)}: {refusal.message}{kept}"
        self._progress.console.print(line, markup=False, highlight=False, soft_wrap=True)


@contextmanager
def _progress(found: MailFiles, *, quiet: bool) -> Iterator[_Lines]:
    """A bar on standard error while it is a terminal; only the lines elsewhere."""
    console = Console(stderr=True)
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[mails]} mails"),
        TimeElapsedColumn(),
        console=console,
        disable=quiet or not console.is_terminal,
        transient=True,
    ) as progress:
        yield _Lines(progress, found.size_bytes, quiet=quiet)


def _exit_code(summary: IntakeSummary) -> ExitCode:
    if summary.readable == 0:
        return ExitCode.NOTHING_FOUND
    return ExitCode.DEGRADED if summary.refused else ExitCode.WELL


def _sentence(
    summary: IntakeSummary, found: MailFiles, destination: Destination, told_by: Path | None, *, dry_run: bool
) -> str:
    if summary.readable == 0:
        return "No mail was found that could be imported."
    words = [
        f"{summary.imported} {'would be ' if dry_run else ''}imported into {_shown(destination.workspace)}",
        f"({summary.outbound} of the team's own)",
        f"{summary.duplicates} known already",
        f"{summary.refused} refused",
        f"{summary.jobs} {'jobs to queue' if dry_run else 'jobs queued'}",
    ]
    line = f"Mail: {words[0]} {words[1]}, " + ", ".join(words[2:]) + "."
    if found.other_files:
        line += f" {found.other_files} other files in the folders were passed over."
    if told_by is not None:
        line += f" Settings: {_shown(str(told_by))}."
    return line


def _shape(
    summary: IntakeSummary, found: MailFiles, destination: Destination, told_by: Path | None, *, dry_run: bool
) -> dict[str, Any]:
    return {
        "workspace": destination.workspace,
        "dryRun": dry_run,
        "imported": summary.imported,
        "outbound": summary.outbound,
        "duplicates": summary.duplicates,
        "jobs": summary.jobs,
        "refused": summary.refused,
        "refusals": [
            {
                "source": _shown(refusal.label),
                "code": refusal.code,
                "message": refusal.message,
                "keptAs": refusal.kept_as,
            }
            for refusal in summary.refusals
        ],
        "otherFiles": found.other_files,
        "settingsFrom": str(told_by) if told_by else None,
    }


def _shown(text: str) -> str:
    """`text`, which may be any file's name, as it may stand on a terminal."""
    return storable_line(text, LINE_LIMIT) or "(unnamed)"
