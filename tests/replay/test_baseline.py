"""Tests of lib/replay/baseline.py."""

import pytest

from lib.replay.baseline import Change, Standing, change_of, compare


def standing(score: int | None, *, passed: bool = True) -> Standing:
    return Standing(passed=passed, score=score)


@pytest.mark.parametrize(
    ("before", "now", "change"),
    [
        (None, standing(90), Change.NEW),
        (standing(90), standing(90), Change.UNCHANGED),
        (standing(90), standing(86), Change.UNCHANGED),
        (standing(90), standing(85), Change.REGRESSED),
        (standing(90), standing(95), Change.IMPROVED),
        (standing(90), standing(95, passed=False), Change.REGRESSED),
        (standing(50, passed=False), standing(40), Change.IMPROVED),
        (standing(50, passed=False), standing(None, passed=False), Change.UNCHANGED),
        (standing(None), standing(None), Change.UNCHANGED),
    ],
    ids=[
        "new", "the same", "a little less", "five points less", "five points more", "passed before",
        "passes now", "not judged any more", "never judged",
    ],
)  # fmt: skip
def test_what_became_of_a_case(before: Standing | None, now: Standing, change: Change) -> None:
    assert change_of(before, now) is change


def test_all_of_them() -> None:
    before = {"a": standing(90), "gone": standing(90)}
    diff = compare("run-1", before, [("a", standing(70)), ("b", standing(80))])
    assert (diff.new, diff.improved, diff.regressed, diff.unchanged) == (1, 0, 1, 0)
    assert (diff.missing, [case.case_id for case in diff.cases]) == (["gone"], ["a", "b"])
