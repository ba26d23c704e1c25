"""The command line of bin/rehearse-deploy."""

import pytest

from dev.rehearsal.arguments import UsageProblem, parse_arguments
from dev.rehearsal.variables import Target


def test_nothing_named_is_everything() -> None:
    assert parse_arguments([]).targets == tuple(Target)


def test_targets_keep_their_order_and_come_once() -> None:
    found = parse_arguments(["preview", "production", "preview"])
    assert found.targets == (Target.PREVIEW, Target.PRODUCTION)


@pytest.mark.parametrize("words", [["--seconds", "90"], ["--seconds=90"]])
def test_a_value_stands_after_its_name_or_an_equals_sign(words: list[str]) -> None:
    assert parse_arguments(words).seconds == 90


def test_the_suite_gets_more_time() -> None:
    assert parse_arguments(["--suite"]).seconds > parse_arguments([]).seconds


@pytest.mark.parametrize(
    "words",
    [
        ["staging"],
        ["--fast"],
        ["--seconds"],
        ["--seconds", "0"],
        ["--seconds", "soon"],
        ["preview", "--variables"],
        ["--variables", "preview.env"],
        ["leak", "--variables", "preview.env"],
    ],
    ids=" ".join,
)
def test_what_is_not_understood_is_refused(words: list[str]) -> None:
    with pytest.raises(UsageProblem):
        parse_arguments(words)
