"""The steps before serving, with a made-up interpreter that answers as each test wants."""

from pathlib import Path

import pytest

from dev.first_tick import FirstTick
from dev.problem import Problem
from dev.project import Project
from dev.python_environment import PythonEnvironment

COUNTS = '{"messages": {"": 15}, "jobs": {"succeeded": 14, "dead": 1}, "drafts": {}}'


def first_tick(project: Project, **exits: int) -> FirstTick:
    """Steps whose commands end with the exit codes `exits` (0 where not named)."""
    python = project.root / "python"
    cases = "".join(f"*{name}*) exit {code};;\n" for name, code in exits.items())
    python.write_text(
        f"#!/bin/sh\necho \"$@\" >> '{project.root}/calls'\n"
        f'case "$*" in *row_counts*) echo \'{COUNTS}\';; *tick*) echo \'{{"mode": "inline"}}\';;\n'
        f'*) echo "did $*";; esac\ncase "$*" in\n{cases}esac\n',
        encoding="utf-8",
    )
    python.chmod(0o755)
    (project.root / "samples" / "mail").mkdir(parents=True)
    environment = PythonEnvironment(python=python, packages=project.root, programs=project.root)
    return FirstTick(project, environment, {"PATH": "/usr/bin:/bin"})


def calls(project: Project) -> list[str]:
    return (project.root / "calls").read_text("utf-8").splitlines()


@pytest.mark.parametrize(
    "exits",
    [
        pytest.param({}, id="all well"),
        pytest.param({"inbox": 7}, id="the malformed mail is kept aside"),
        pytest.param({"tick": 7}, id="a degraded tick has done its work"),
    ],
)
def test_the_steps_in_their_order(
    project: Project, exits: dict[str, int], capfd: pytest.CaptureFixture[str]
) -> None:
    first_tick(project, **exits).run()
    assert calls(project) == [
        "-m flask db upgrade",
        "-m flask inbox import samples/mail",
        "-m flask tick",
        "-m dev.row_counts",
    ]
    said = capfd.readouterr().out
    assert '{"mode": "inline"}' in said
    assert "First tick   inline" in said
    assert "Mails        15" in said
    assert "Jobs         14 succeeded, 1 dead" in said
    assert "Drafts       none" in said


@pytest.mark.parametrize(
    ("failing", "code", "expected"),
    [
        ("upgrade", 1, r"The migration failed \(exit 1\)"),
        ("inbox", 1, r"The import of the sample mail failed \(exit 1\)"),
        ("tick", 1, r"The first tick failed \(exit 1\)"),
    ],
)
def test_a_step_that_fails_ends_it(project: Project, failing: str, code: int, expected: str) -> None:
    with pytest.raises(Problem, match=expected):
        first_tick(project, **{failing: code}).run()


def test_without_samples_nothing_is_imported(project: Project, capfd: pytest.CaptureFixture[str]) -> None:
    steps = first_tick(project)
    Path(project.root / "samples" / "mail").rmdir()
    steps.run()
    assert "nothing imported" in capfd.readouterr().out
    assert not any("inbox" in call for call in calls(project))
