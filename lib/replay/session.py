"""A replay from its first case to its artifact; resumable in between."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog

from lib.clock import Deadline
from lib.log.events import LogEvent
from lib.replay.artifact import Artifact, Case, case_of, summary_of
from lib.replay.baseline import BaselineDiff, Standing, compare
from lib.replay.case import CaseOutcome, CaseStatus, SelectedCase
from lib.replay.crew import evaluate_all
from lib.replay.errors import ReplayInterrupted
from lib.replay.evaluate import Evaluator
from lib.replay.files import write_whole
from lib.replay.journal import Header, Journal
from lib.replay.shown import Shown
from lib.stopping import Stopping

_log = structlog.get_logger()

Progress = Callable[[Case], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One replay."""

    journal: Journal
    cases: Sequence[SelectedCase]
    """All of them, in their order."""
    baseline: Artifact | None
    """What it is compared with; None for nothing."""

    def evaluate(
        self, evaluator: Evaluator, *, deadline: Deadline, stopping: Stopping, progress: Progress
    ) -> None:
        """Do what is outstanding, `deadline` at the latest. Raises ReplayInterrupted when told to end."""
        shown = Shown(bodies=self.journal.header.config.include_bodies)

        def keep(outcome: CaseOutcome) -> None:
            case = case_of(outcome, shown)
            self.journal.add(case)
            if case.error is not None:
                _log.warning(
                    LogEvent.REPLAY_CASE_FAILED,
                    case_id=case.case_id,
                    failure_type=case.failure_type,
                    code=case.error.code,
                    attempts=case.attempts,
                )
            progress(case)

        evaluate_all(
            evaluator,
            self.journal.outstanding(self.cases),
            concurrency=self.journal.header.config.concurrency,
            deadline=deadline,
            stopping=stopping,
            report=keep,
        )
        left = len(self.journal.outstanding(self.cases))
        if left:
            done, run_id = len(self.cases) - left, self.journal.header.run_id
            raise ReplayInterrupted(
                f"Stopped after {done} of {len(self.cases)} cases, without an artifact:"
                f" `flask replay run --resume {run_id}` goes on."
            )

    def conclude(self) -> Artifact:
        """Write the artifact of what was done, and return it."""
        done = self.journal.done
        header = self.journal.header
        artifact = artifact_of(header, [done[case.case_id] for case in self.cases], self.baseline)
        write_artifact(Path(header.out), artifact)
        self.journal.end()
        return artifact


def selected_only(cases: Sequence[SelectedCase]) -> list[Case]:
    """`cases` as a dry run tells them."""
    shown = Shown(bodies=False)
    return [case_of(CaseOutcome(case=case, status=CaseStatus.SELECTED_ONLY), shown) for case in cases]


def artifact_of(header: Header, cases: Sequence[Case], baseline: Artifact | None) -> Artifact:
    """The artifact of `cases`."""
    return Artifact(
        run_id=header.run_id,
        created_at=header.created_at,
        config=header.config,
        selection=header.selection,
        summary=summary_of(cases, selection_failed=header.selection.error is not None),
        cases=list(cases),
        baseline_diff=None if baseline is None else difference(baseline, cases),
    )


def write_artifact(path: Path, artifact: Artifact) -> None:
    """Put `artifact` into `path`, whole."""
    write_whole(path, artifact.model_dump_json(indent=2) + "\n")


def difference(baseline: Artifact, cases: Sequence[Case]) -> BaselineDiff:
    """`cases` beside those of `baseline`."""
    return compare(
        baseline.run_id,
        dict(_standings(baseline.cases)),
        _standings(cases),
    )


def _standings(cases: Sequence[Case]) -> list[tuple[str, Standing]]:
    """How the cases stand that were tried."""
    return [
        (case.case_id, Standing(passed=case.passed, score=case.judge.overall_score if case.judge else None))
        for case in cases
        if case.status is not CaseStatus.SELECTED_ONLY
    ]
