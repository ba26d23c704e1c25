"""What a rehearsal says, and its exit code."""

import json

import pytest

from dev.rehearsal.report import RehearsalExit, Report


def report(*oks: bool | None, refused: bool = False) -> Report:
    made = Report(refused=refused)
    for number, ok in enumerate(oks):
        made.add("preview", f"check {number}", ok=ok, said="said")
    return made


@pytest.mark.parametrize(
    ("made", "code"),
    [
        (report(True, True), RehearsalExit.WELL),
        (report(True, None), RehearsalExit.NOT_HERE),
        (report(True, False, None), RehearsalExit.FAILED),
        (report(False, refused=True), RehearsalExit.REFUSED),
    ],
    ids=["all well", "not all could be looked at", "a failure counts first", "the guard refused"],
)
def test_exit_code(made: Report, code: RehearsalExit) -> None:
    assert made.exit_code() is code


def test_the_json_has_every_finding() -> None:
    found = json.loads(report(True, None).as_json())
    assert (found["ok"], found["exitCode"]) == (False, 7)
    assert [finding["ok"] for finding in found["findings"]] == [True, None]


def test_each_line_says_how_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    report(True, False, None)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines if line.startswith("  ")] == ["ok", "BAD", "--"]
