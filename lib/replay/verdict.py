"""What a replay as a whole came to: the command's exit code, and why (design §3)."""

from dataclasses import dataclass

from lib.exit_codes import ExitCode
from lib.replay.artifact import Artifact
from lib.replay.case import FailureType

BELOW_BAR = (
    FailureType.DRAFT_QUALITY_ERROR,
    FailureType.DRAFT_GENERATION_ERROR,
    FailureType.DECISION_ERROR,
)
"""Failures of what is tried."""
NO_VERDICT = (
    FailureType.INFRA_ERROR,
    FailureType.SELECTION_ERROR,
    FailureType.JUDGE_ERROR,
    FailureType.EXECUTION_ERROR,
)
"""Failures of the trial itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunVerdict:
    """The verdict and its reason."""

    code: ExitCode
    reason: str


def verdict_on(artifact: Artifact, *, allow_empty: bool) -> RunVerdict:
    """What `artifact` comes to; what is certain of the drafts weighs more than what could not be tried."""
    summary, counts = artifact.summary, artifact.summary.failure_type_counts
    diff = artifact.baseline_diff
    below, unknown = (sum(counts[kind] for kind in kinds) for kinds in (BELOW_BAR, NO_VERDICT))
    empty = artifact.selection.count == 0 and artifact.selection.error is None
    regressed = diff.regressed if diff and artifact.config.fail_on_regression else 0
    found = (
        (empty and not allow_empty, ExitCode.NOTHING_FOUND, "nothing was selected"),
        (
            summary.critical_misses,
            ExitCode.INVARIANT_BROKEN,
            f"{summary.critical_misses} cases break a critical invariant",
        ),
        (below, ExitCode.BELOW_BAR, f"{below} cases are below the bar"),
        (regressed, ExitCode.BELOW_BAR, f"{regressed} cases are worse than in the baseline"),
        (unknown, ExitCode.FAILED, f"{unknown} cases could not be tried"),
    )
    passed = RunVerdict(code=ExitCode.WELL, reason="nothing stands against it")
    return next((RunVerdict(code=code, reason=reason) for holds, code, reason in found if holds), passed)
