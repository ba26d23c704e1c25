"""`flask rollout rehearse`: a whole cutover and back, on servers of its own (docs/rehearsal.md)."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NoReturn

import click

from lib.composition import PROJECT
from lib.errors import UsageProblem
from lib.operator.commands.frame import json_option, operator_command
from lib.settings import process_environment

SECONDS: Final = 240
"""The longest that a rehearsal may take unless --seconds says otherwise; it takes about a minute."""
PROGRAM: Final = Path("dev/cutover/__main__.py")
KEPT: Final = frozenset(
    {
        *("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "TZ"),
        *("TERM", "COLORTERM", "COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "CI"),
    }
)
"""What may be kept of an environment: where programs are, and how to write to the terminal."""


def clean_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """The little of `environ` that the rehearsal may see: nothing by which stores or keys could be found.

    It says that this is development, so that the stores of a running bin/dev are not looked for either.
    """
    return {**{name: environ[name] for name in KEPT if name in environ}, "DEPLOYMENT": "development"}


def rehearsal_program(project: Path) -> Path:
    """The program to start. Raises UsageProblem where there is none: a deployment has no dev folder."""
    program = project / PROGRAM
    if not program.is_file():
        raise UsageProblem(
            "There is nothing to rehearse with here: a deployment ships without the dev folder. Rehearse in a"
            " checkout, on your own machine or in CI: bin/dev --once, then .venv/bin/flask rollout rehearse."
        )
    return program


@click.command("rehearse")
@click.option(
    "--seconds",
    type=click.IntRange(10, 3_600),
    default=SECONDS,
    show_default=True,
    help="Give up after this long.",
)
@json_option
@operator_command
def rehearse(seconds: int, *, as_json: bool) -> NoReturn:
    """Rehearse a cutover: over to Inngest by stages, two failures, back, and nothing lost.

    On an embedded PostgreSQL, and a stub of Inngest, of its own, in about a minute. The deployment that this
    environment names is not touched. Exit 1 when anything was lost or done twice.
    """
    program = rehearsal_program(PROJECT)
    sys.stdout.flush()
    os.chdir(PROJECT)
    # Become it: signals, the terminal and the exit code are its own, and none of our environment is left.
    os.execve(  # noqa: S606  # no shell wanted
        sys.executable,
        [
            *(sys.executable, "-I", "-B", str(program), "--seconds", str(seconds)),
            *(["--json"] if as_json else []),
        ],
        clean_environment(process_environment()),
    )
