"""`flask replay diff`: one run beside another (domain §6)."""

import click
from rich.table import Table

from lib.exit_codes import ExitCode
from lib.operator.commands.frame import json_option, operator_command, print_json, print_table
from lib.operator.replay import read_run
from lib.replay.baseline import BaselineDiff, Change
from lib.replay.session import difference

ORDER = (Change.REGRESSED, Change.IMPROVED, Change.NEW)


@click.command("diff")
@click.argument("before")
@click.argument("now")
@click.option("--fail-on-regression", is_flag=True, help="Exit 6 when a case is worse.")
@json_option
@operator_command
def diff(before: str, now: str, *, fail_on_regression: bool, as_json: bool) -> ExitCode:
    """Compare the run NOW with the run BEFORE (files, names, or latest), case by case."""
    found = difference(read_run(before), read_run(now).cases)
    if as_json:
        print_json(found.model_dump(mode="json"))
    else:
        _tell(found)
    return ExitCode.BELOW_BAR if fail_on_regression and found.regressed else ExitCode.WELL


def _tell(found: BaselineDiff) -> None:
    changed = [one for change in ORDER for one in found.cases if one.change is change]
    if changed:
        table = Table("case", "change", "before", "now")
        for one in changed:
            table.add_row(
                one.case_id,
                one.change,
                _standing(one.score_before, passed=one.passed_before),
                _standing(one.score_now, passed=one.passed_now),
            )
        print_table(table)
    click.echo(
        f"{found.regressed} regressed, {found.improved} improved, {found.new} new,"
        f" {found.unchanged} unchanged, {len(found.missing)} missing."
    )


def _standing(score: int | None, *, passed: bool | None) -> str:
    if passed is None:
        return ""
    return f"{'passed' if passed else 'failed'}{'' if score is None else f', {score}'}"
