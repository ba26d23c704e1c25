import os
import sys
from pathlib import Path

import pytest

from dev.problem import Problem
from dev.step import run_logged_step, run_step

ENVIRONMENT = {"PATH": os.environ["PATH"]}
STARTS_ANOTHER = (
    "import subprocess, sys\nsys.stdout.write('begun\\n'); sys.stdout.flush()\n"
    "subprocess.run(['sleep', '600'])"
)


def test_code_and_output_are_kept_apart(tmp_path: Path) -> None:
    code = "import sys; print('out'); print('err', file=sys.stderr); sys.exit(4)"
    outcome = run_step("It", [sys.executable, "-c", code], cwd=tmp_path, environment=ENVIRONMENT, seconds=60)
    assert (outcome.code, outcome.output, outcome.errors) == (4, "out\n", "err\n")


def test_a_step_that_takes_too_long_is_stopped_and_named(tmp_path: Path) -> None:
    """With what it started: else its output would stay open and keep us waiting."""
    with pytest.raises(Problem, match="The wait took longer than 1 s"):
        run_step(
            "The wait",
            [sys.executable, "-c", STARTS_ANOTHER],
            cwd=tmp_path,
            environment=ENVIRONMENT,
            seconds=1,
        )


def test_a_logged_step_that_takes_too_long_shows_its_log(tmp_path: Path) -> None:
    with pytest.raises(Problem, match=r"(?s)took longer than 2 s.*begun"):
        run_logged_step([sys.executable, "-c", STARTS_ANOTHER], log=tmp_path / "log", cwd=tmp_path, seconds=2)
