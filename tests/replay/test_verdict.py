"""Tests of lib/replay/verdict.py: the exit codes, and which of several counts."""

import pytest

from lib.exit_codes import ExitCode
from lib.replay.case import CaseOutcome, CaseStatus
from lib.replay.verdict import verdict_on
from tests.replay.artifacts import AWAY, BAD, BROKEN, CRASHED, GOOD, SKIPPED, artifact, outcome

ONLY = outcome("only", None, status=CaseStatus.SELECTED_ONLY, error=None)


@pytest.mark.parametrize(
    ("outcomes", "code"),
    [
        ((GOOD, SKIPPED), ExitCode.WELL),
        ((ONLY,), ExitCode.WELL),
        ((), ExitCode.NOTHING_FOUND),
        ((GOOD, AWAY), ExitCode.FAILED),
        ((GOOD, BAD), ExitCode.BELOW_BAR),
        ((GOOD, CRASHED), ExitCode.BELOW_BAR),
        ((GOOD, AWAY, BAD), ExitCode.BELOW_BAR),
        ((GOOD, AWAY, BAD, BROKEN), ExitCode.INVARIANT_BROKEN),
    ],
    ids=[
        "all well", "a dry run", "nothing", "infrastructure away", "a bad draft", "no draft",
        "a bad draft weighs more than what was away", "a broken invariant weighs most",
    ],
)  # fmt: skip
def test_exit_codes(outcomes: tuple[CaseOutcome, ...], code: ExitCode) -> None:
    assert verdict_on(artifact(*outcomes), allow_empty=False).code is code


def test_nothing_may_be_enough() -> None:
    assert verdict_on(artifact(), allow_empty=True).code is ExitCode.WELL


@pytest.mark.parametrize(
    ("asked", "code"), [(True, ExitCode.BELOW_BAR), (False, ExitCode.WELL)], ids=["asked", "not asked"]
)
def test_a_regression_fails_when_asked(*, asked: bool, code: ExitCode) -> None:
    before = artifact(outcome("one", 95))
    now = artifact(outcome("one", 80), baseline=before, fail_on_regression=asked)
    assert verdict_on(now, allow_empty=False).code is code
