"""A replay beside an earlier one, case by case (domain §6)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from lib.replay.record import Record

WORSE_POINTS: Final = 5
"""A score that falls by as much is a regression, though the case passes; one that rises, an improvement."""


class Change(StrEnum):
    """What became of a case since the baseline."""

    NEW = "new"
    IMPROVED = "improved"
    REGRESSED = "regressed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a case stood in a run."""

    passed: bool
    score: int | None
    """None where it was not judged."""


class CaseChange(Record):
    """One case, then and now."""

    case_id: str
    change: Change
    passed_before: bool | None
    """Null of a new case."""
    passed_now: bool
    score_before: int | None
    score_now: int | None


class BaselineDiff(Record):
    """Every case of this run beside the baseline's."""

    baseline_run_id: str
    new: int
    improved: int
    regressed: int
    unchanged: int
    missing: list[str]
    """Cases of the baseline that were not replayed now."""
    cases: list[CaseChange]


def compare(
    baseline_run_id: str, before: Mapping[str, Standing], now: Iterable[tuple[str, Standing]]
) -> BaselineDiff:
    """The cases of `now`, in their order, beside those of `before`; by their ids."""
    cases = [_compared(case_id, before.get(case_id), standing) for case_id, standing in now]
    seen = {case.case_id for case in cases}
    counts = {change: sum(case.change is change for case in cases) for change in Change}
    return BaselineDiff(
        baseline_run_id=baseline_run_id,
        new=counts[Change.NEW],
        improved=counts[Change.IMPROVED],
        regressed=counts[Change.REGRESSED],
        unchanged=counts[Change.UNCHANGED],
        missing=[case_id for case_id in before if case_id not in seen],
        cases=cases,
    )


def _compared(case_id: str, before: Standing | None, now: Standing) -> CaseChange:
    return CaseChange(
        case_id=case_id,
        change=change_of(before, now),
        passed_before=before.passed if before else None,
        passed_now=now.passed,
        score_before=before.score if before else None,
        score_now=now.score,
    )


def change_of(before: Standing | None, now: Standing) -> Change:
    """What became of one case: a verdict that turned says more than its score."""
    if before is None:
        return Change.NEW
    if before.passed != now.passed:
        return Change.IMPROVED if now.passed else Change.REGRESSED
    if before.score is None or now.score is None:
        return Change.UNCHANGED
    rise = now.score - before.score
    if rise <= -WORSE_POINTS:
        return Change.REGRESSED
    return Change.IMPROVED if rise >= WORSE_POINTS else Change.UNCHANGED
