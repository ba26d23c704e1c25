"""What all commands share: the instance's services, exit codes, JSON output."""

import functools
import json
import sys
import traceback
from collections.abc import Callable, Iterable
from typing import Any, Final, NoReturn, ParamSpec

import click
from flask import current_app
from flask.cli import with_appcontext
from rich.console import Console
from rich.table import Table

from lib.composition import Composition
from lib.environment.decision import GuardDecision, Problem
from lib.errors import EverytickError
from lib.exit_codes import ExitCode
from lib.services import Services

Parameters = ParamSpec("Parameters")
WIDEST: Final = 10_000
"""Columns; more than any row of ours has."""

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON and nothing else.")
dry_run_option = click.option("--dry-run", is_flag=True, help="Say what would be done and change nothing.")


def operator_command(
    function: Callable[Parameters, ExitCode | None],
) -> Callable[Parameters, None]:
    """Run `function` inside the app and end the process with its exit code.

    An EverytickError is printed to standard error as one line, or as JSON with --json, and its own exit
    code is taken; anything else is a fault of ours and shows its traceback, without secrets.
    """

    @with_appcontext
    @functools.wraps(function)
    def command(*args: Parameters.args, **kwargs: Parameters.kwargs) -> None:
        try:
            code = function(*args, **kwargs) or ExitCode.WELL
        except Refused as refused:
            refuse(refused.decision, as_json=bool(kwargs.get("as_json")))
        except EverytickError as error:
            fail(error, as_json=bool(kwargs.get("as_json")))
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception:  # noqa: BLE001 - told whole, but for what only the redactor may see
            click.echo(composition().redactor.text(traceback.format_exc()), err=True, nl=False)
            sys.exit(ExitCode.FAILED)
        sys.exit(code)

    return command


def fail(error: EverytickError, *, as_json: bool) -> NoReturn:
    """Say `error` on standard error, or as JSON where that was asked for, and end with its exit code."""
    message = composition().redactor.text(error.message)
    if as_json:
        click.echo(json.dumps({"error": {"code": error.code, "message": message}}))
    else:
        click.echo(f"{error.code}: {message}", err=True)
    sys.exit(error.exit_code)


def composition() -> Composition:
    """The running instance."""
    held: Composition = current_app.extensions["everytick"]
    return held


def services() -> Services:
    """The instance's services; of a refused app the command ends with its problems and exit code 3."""
    held = composition()
    if held.services is None:
        raise Refused(held.decision)
    return held.services


class Refused(Exception):
    """The guard refuses this app."""

    def __init__(self, decision: GuardDecision) -> None:
        super().__init__()
        self.decision = decision


def refuse(decision: GuardDecision, *, as_json: bool) -> NoReturn:
    """Say every problem with its cure, on standard error or as JSON where that was asked for; exit 3."""
    if as_json:
        refusing = decision.refusing or decision.problems
        print_json(
            {
                "error": {
                    "code": refusing[0].code,
                    "message": " ".join(f"{p.summary} {p.cure}" for p in refusing),
                    "problems": [p.as_json() for p in decision.problems],
                }
            }
        )
    else:
        tell_problems(decision.problems, err=True)
    sys.exit(ExitCode.ENVIRONMENT_REFUSED)


def tell_problems(problems: Iterable[Problem], *, err: bool) -> None:
    """Print each problem and its cure, to standard error or as the command's own output."""
    for problem in problems:
        click.echo(f"{problem.code} ({problem.problem_class}): {problem.summary}", err=err)
        click.echo(f"  {problem.cure}", err=err)


def print_table(table: Table) -> None:
    """Print `table`; as wide as its cells where no terminal sets a width: in a pipe nothing is cut.

    Cells are text: what comes from a stranger's mail may hold what rich would take for its own markup.
    """
    console = Console(markup=False, emoji=False)
    if not console.is_terminal:
        console.width = WIDEST
    console.print(table)


def print_json(value: Any) -> None:  # noqa: ANN401 - whatever json takes
    """Print `value` as one line of JSON."""
    click.echo(json.dumps(value, default=str))
