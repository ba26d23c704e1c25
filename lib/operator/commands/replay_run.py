"""`flask replay run`: replay, judge, and say whether it may ship (domain §6)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TypedDict, Unpack

import click
from click.core import ParameterSource
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from lib.drafts.conversation import Channel
from lib.errors import UsageProblem
from lib.exit_codes import ExitCode
from lib.inbox.workspace import DEFAULT_WORKSPACE
from lib.operator.commands.frame import dry_run_option, json_option, operator_command, print_json, services
from lib.operator.commands.replay_show import reasons_of
from lib.operator.replay import RULES, ReplayRequest, resume_replay, start_replay
from lib.replay.artifact import Artifact, Case
from lib.replay.judge import JudgeProfile
from lib.replay.selection import IDS_LIMIT
from lib.replay.verdict import RunVerdict, verdict_on

ANY: Final = "any"
AUTO: Final = "auto"
TOLD: Final = 10
"""Cases that are named below the summary; `flask replay show` has them all."""
WITH_RESUME: Final = frozenset({"resume", "allow_empty", "as_json"})


class Said(TypedDict):
    """The command's options."""

    workspace: str
    limit: int
    concurrency: int
    dry_run: bool
    thread_ids: str | None
    thread_ids_file: Path | None
    channel: str
    sent_from: datetime | None
    sent_to: datetime | None
    judge: str
    judge_profile: str
    baseline: str | None
    out: Path | None
    manifests: tuple[str, ...]
    deadline_seconds: int
    resume: str | None
    allow_empty: bool
    include_bodies: bool
    fail_on_regression: bool
    as_json: bool


class Instant(click.ParamType[datetime]):
    """A date or an instant, ISO 8601; without a zone it is UTC."""

    name = "instant"

    def convert(
        self, value: str | datetime, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """The instant in `value`."""
        if isinstance(value, datetime):
            return value
        try:
            found = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no date such as 2026-03-01 or 2026-03-01T09:00Z.", param, ctx)
        return found if found.tzinfo else found.replace(tzinfo=UTC)


@click.command("run")
@click.option("--workspace", default=DEFAULT_WORKSPACE, show_default=True, help="Its id or name.")
@click.option(
    "--limit", type=click.IntRange(1, IDS_LIMIT), default=20, show_default=True, help="Messages at most."
)
@click.option(
    "--concurrency", type=click.IntRange(1, 16), default=3, show_default=True, help="Cases at once."
)
@click.option("--thread-ids", help="Ids of threads or messages, with commas; all of them, in their order.")
@click.option("--thread-ids-file", type=click.Path(path_type=Path), help="The same, a file with one a line.")
@click.option(
    "--channel", type=click.Choice([ANY, *(one.value for one in Channel)]), default=ANY, show_default=True
)
@click.option("--from", "sent_from", type=Instant(), help="Messages sent then or later.")
@click.option("--to", "sent_to", type=Instant(), help="Messages sent before then.")
@click.option(
    "--judge",
    type=click.Choice([AUTO, RULES]),
    default=AUTO,
    show_default=True,
    help="auto: the configured model too, where there is one.",
)
@click.option(
    "--judge-profile",
    type=click.Choice([one.value for one in JudgeProfile]),
    default=JudgeProfile.BALANCED.value,
    show_default=True,
    help="The bar: 72, 62 or 52 points of 100.",
)
@click.option(
    "--manifest", "manifests", multiple=True, help="Replay pinned cases: a file, or a folder of them."
)
@click.option("--baseline", help="An earlier run to compare with: a file, its name, or latest.")
@click.option("--fail-on-regression", is_flag=True, help="Exit 6 when a case is worse than in the baseline.")
@click.option("--out", type=click.Path(path_type=Path), help="Where the artifact goes.")
@click.option("--include-bodies", is_flag=True, help="Keep mails and drafts in the artifact as they are.")
@click.option("--allow-empty", is_flag=True, help="Exit 0 where there is nothing to replay.")
@click.option(
    "--deadline-seconds",
    type=click.IntRange(1, 86_400),
    default=900,
    show_default=True,
    help="The whole replay at most; what is not done by then counts as failed.",
)
@click.option("--resume", help="Go on with a run that was interrupted: its name, or latest.")
@dry_run_option
@json_option
@operator_command
def run(**said: Unpack[Said]) -> ExitCode:
    """Draft answers to earlier messages anew, judge them, and write the artifact.

    Reads what was there when each message came in and nothing later; writes nothing to the database and sends
    nothing. Exit 0: nothing stands against it; 1: something could not be tried; 4: nothing was selected;
    5: a critical invariant is broken; 6: a draft is below the bar, or worse than in the baseline.
    """
    held = services()
    with _bar(quiet=said["as_json"]) as bar:
        if said["resume"] is not None:
            _only_with_resume()
            done = resume_replay(held, said["resume"], bar)
        else:
            done = start_replay(held, _request(said), bar)
    verdict = verdict_on(done.artifact, allow_empty=said["allow_empty"])
    if said["as_json"]:
        print_json(
            {
                **done.artifact.model_dump(mode="json"),
                "path": str(done.path),
                "verdict": {"exitCode": int(verdict.code), "reason": verdict.reason},
            }
        )
    else:
        _tell(done.artifact, done.path, verdict)
    return verdict.code


def _request(said: Said) -> ReplayRequest:
    ids = _ids(said["thread_ids"], said["thread_ids_file"])
    if ids and said["manifests"]:
        raise UsageProblem("Pinned cases are replayed whole: leave --thread-ids out, or --manifest.")
    if said["fail_on_regression"] and said["baseline"] is None:
        raise UsageProblem("--fail-on-regression needs a --baseline to compare with.")
    return ReplayRequest(
        workspace=said["workspace"],
        limit=said["limit"],
        concurrency=said["concurrency"],
        dry_run=said["dry_run"],
        thread_ids=ids,
        channel=None if said["channel"] == ANY else Channel(said["channel"]),
        sent_from=said["sent_from"],
        sent_to=said["sent_to"],
        profile=JudgeProfile(said["judge_profile"]),
        rules_only=said["judge"] == RULES,
        manifests=said["manifests"],
        baseline=said["baseline"],
        out=said["out"],
        include_bodies=said["include_bodies"],
        fail_on_regression=said["fail_on_regression"],
        deadline_seconds=said["deadline_seconds"],
    )


def _ids(listed: str | None, file: Path | None) -> tuple[str, ...]:
    text = listed or ""
    if file is not None:
        try:
            lines = file.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise UsageProblem(f"The file {file} cannot be read ({type(error).__name__}).") from error
        text = ",".join([text, *(line.split("#", 1)[0] for line in lines)])
    found = tuple(one.strip() for one in text.split(",") if one.strip())
    if not found and (listed is not None or file is not None):
        raise UsageProblem("There is no id among --thread-ids and --thread-ids-file.")
    if len(found) > IDS_LIMIT:
        raise UsageProblem(f"At most {IDS_LIMIT} ids can be replayed at once.")
    return found


def _only_with_resume() -> None:
    """Raise UsageProblem where an option came with --resume that the run has settled already."""
    context = click.get_current_context()
    said = [
        name
        for name in context.params
        if name not in WITH_RESUME and context.get_parameter_source(name) is ParameterSource.COMMANDLINE
    ]
    if said:
        raise UsageProblem(f"A resumed run has its own options; leave out {', '.join(sorted(said))}.")


@contextmanager
def _bar(*, quiet: bool) -> Iterator[Callable[[int, Case | None], None]]:
    """A bar on standard error while it is a terminal: told the number of cases, then each as it ends."""
    console = Console(stderr=True)
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[wrong]} wrong"),
        TimeElapsedColumn(),
        console=console,
        disable=quiet or not console.is_terminal,
        transient=True,
    ) as progress:
        task = progress.add_task("Replaying", total=None, wrong=0)
        wrong = 0

        def moved(total: int, case: Case | None) -> None:
            nonlocal wrong
            wrong += case is not None and not case.passed
            progress.update(task, total=total, advance=0 if case is None else 1, wrong=wrong)

        yield moved


def _tell(artifact: Artifact, path: Path, verdict: RunVerdict) -> None:
    summary, selection = artifact.summary, artifact.selection
    for warning in selection.warnings:
        click.echo(f"Warning: {warning}", err=True)
    if selection.error is not None:
        click.echo(f"{selection.error.code}: {selection.error.message}", err=True)
    if artifact.config.dry_run:
        click.echo(f"{selection.count} of {selection.scanned_count} messages would be replayed.")
    else:
        average = "" if summary.average_score is None else f", {summary.average_score} points on average"
        click.echo(
            f"{selection.count} cases: {summary.passed} passed, {summary.failed_judge} below the bar,"
            f" {summary.failed} failed, {summary.skipped} skipped{average}."
        )
    for name, count in (
        *summary.failure_type_counts.items(),
        *summary.critical_invariant_counts.items(),
    ):
        if count:
            click.echo(f"  {name}: {count}")
    diff = artifact.baseline_diff
    if diff is not None:
        click.echo(
            f"Since {diff.baseline_run_id}: {diff.improved} improved, {diff.regressed} regressed,"
            f" {diff.unchanged} unchanged, {diff.new} new, {len(diff.missing)} missing."
        )
    wrong = [case for case in artifact.cases if not case.passed]
    for case in wrong[:TOLD]:
        click.echo(f"  {case.case_id}: {reasons_of(case)[0]}")
    if len(wrong) > TOLD:
        click.echo(f"  and {len(wrong) - TOLD} more")
    click.echo(f"Exit {int(verdict.code)}: {verdict.reason}. The artifact is {path}.")
