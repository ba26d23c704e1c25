"""`flask replay show`: the cases of a run, the worst first (domain §6)."""

import click
from rich.table import Table

from lib.errors import NotFound
from lib.exit_codes import ExitCode
from lib.operator.commands.frame import json_option, operator_command, print_json, print_table
from lib.operator.replay import read_run
from lib.replay.artifact import Artifact, Case
from lib.replay.files import LATEST


@click.command("show")
@click.argument("run", default=LATEST)
@click.option("--case", "case_id", help="Only this case, side by side.")
@json_option
@operator_command
def show(run: str, case_id: str | None, *, as_json: bool) -> ExitCode:
    """Show the run RUN (a file, its name, or latest): a table, and side by side what did not pass."""
    artifact = read_run(run)
    cases = worst_first(artifact)
    if case_id is not None:
        cases = [case for case in cases if case_id in (case.case_id, case.message_id)]
        if not cases:
            raise NotFound(f"There is no case {case_id!r} in {artifact.run_id}.")
    if as_json:
        shown = {"cases": cases} if case_id is None else {"cases": cases[:1]}
        print_json(artifact.model_copy(update=shown).model_dump(mode="json"))
        return ExitCode.WELL
    if case_id is None:
        _table(artifact, cases)
    for case in cases:
        if case_id is not None or not case.passed:
            _side_by_side(case)
    return ExitCode.WELL


def worst_first(artifact: Artifact) -> list[Case]:
    """The cases: broken invariants, then failures, then the lower score, at last those without one."""

    def rank(case: Case) -> tuple[bool, bool, bool, int]:
        score = case.judge.overall_score if case.judge else 0
        return not case.invariants, case.passed, case.judge is None and case.passed, score

    return sorted(artifact.cases, key=rank)


def reasons_of(case: Case) -> list[str]:
    """Why a case did not pass; for one that did, what there is to say. Never empty."""
    reasons = [] if case.error is None else [f"{case.failure_type}: {case.error.message}"]
    reasons += [f"{one.code}: {one.message}" for one in case.invariants]
    if case.judge is not None:
        reasons += [reason for reason in case.judge.failure_reasons if reason not in reasons]
    if case.skip_reason is not None:
        reasons.append(f"no draft: {case.skip_reason}")
    return [*reasons, *case.warnings] or ["nothing stands against it"]


def _table(artifact: Artifact, cases: list[Case]) -> None:
    table = Table("case", "status", "passed", "score", "risks", "reason", title=artifact.run_id)
    for case in cases:
        table.add_row(
            case.case_id,
            case.status,
            "yes" if case.passed else "no",
            "" if case.judge is None else str(case.judge.overall_score),
            ", ".join(case.risks),
            reasons_of(case)[0],
        )
    print_table(table)


def _side_by_side(case: Case) -> None:
    table = Table("inbound", "draft", "reasons", title=case.case_id, show_lines=True)
    draft = case.generated_draft or "(none)"
    if case.final_draft is not None and case.final_draft != case.generated_draft:
        draft += f"\n\n── the gate made of it:\n{case.final_draft}"
    table.add_row(case.inbound or "(not read)", draft, "\n".join(reasons_of(case)))
    print_table(table)
    if (case.inbound or "").startswith("[redacted"):
        click.echo("The run kept no bodies: run it again with --include-bodies to see them.")
