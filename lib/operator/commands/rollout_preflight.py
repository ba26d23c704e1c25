"""`flask rollout preflight`: whether the cutover can begin (design §3, docs/preflight.md)."""

from collections import Counter
from collections.abc import Sequence
from textwrap import wrap
from typing import Final

import click
from flask import current_app
from rich.console import Console

from lib.exit_codes import ExitCode
from lib.operator.commands.frame import WIDEST, json_option, operator_command, print_json, services
from lib.preflight.check import Check, CheckName, CheckVerdict, exit_code
from lib.preflight.run import preflight as run_preflight
from lib.preflight.subject import Subject
from lib.registration import DEFAULT_PATH, EXTENSION
from lib.verification.target import read_target

INSTANCES: Final = 10
"""Why so many: docs/preflight.md."""
WORDS: Final = {
    CheckVerdict.OK: ("ok", "green"),
    CheckVerdict.NOT_OK: ("not ok", "red"),
    CheckVerdict.CANNOT_KNOW: ("cannot know", "yellow"),
}
VERDICT_WIDTH: Final = max(len(word) for word, _ in WORDS.values())
NAME_WIDTH: Final = max(map(len, CheckName))
INDENT: Final = VERDICT_WIDTH + NAME_WIDTH + 4
"""Columns before what was seen, the two gaps included."""


@click.command("preflight")
@click.option("--preview", "previews", metavar="URL", multiple=True, help="Has to be a preview; repeatable.")
@click.option(
    "--instances",
    type=click.IntRange(1, 10_000),
    default=INSTANCES,
    show_default=True,
    help="How many instances may run at once, each with its pool of database connections.",
)
@json_option
@operator_command
def preflight(*, previews: Sequence[str], instances: int, as_json: bool) -> ExitCode:
    """Check everything that the cutover rests on, and say each thing's cure.

    Changes nothing, but sends Inngest one event to which no function listens. Exit 0 when all is ok, 7 when
    something could not be known and nothing is wrong, 1 when something is not ok.
    """
    held = services()
    path = held.settings.inngest_serve_path or DEFAULT_PATH
    subject = Subject(
        services=held,
        registration=current_app.extensions.get(EXTENSION),
        instances=instances,
        previews=tuple(read_target(url, path=path) for url in previews),
    )
    checks = run_preflight(subject)
    code = exit_code(checks)
    if as_json:
        print_json(
            {"ok": code is ExitCode.WELL, "exitCode": code, "checks": [check.as_json() for check in checks]}
        )
    else:
        _tell(checks)
    return code


def _tell(checks: Sequence[Check]) -> None:
    """A line for each, and its cure beneath; long ones are wrapped where a terminal sets a width."""
    console = Console()
    width = (console.width if console.is_terminal else WIDEST) - INDENT
    for check in checks:
        word, colour = WORDS[check.verdict]
        lead = f"{click.style(word.ljust(VERDICT_WIDTH), fg=colour)}  {check.name.ljust(NAME_WIDTH)}  "
        told = wrap(check.seen, width) + (wrap(f"cure: {check.cure}", width) if check.cure else [])
        click.echo(lead + f"\n{' ' * INDENT}".join(told))
    counts = Counter(check.verdict for check in checks)
    click.echo(", ".join(f"{counts[verdict]} {word}" for verdict, (word, _) in WORDS.items()) + ".")
