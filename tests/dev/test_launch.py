"""The shell part that finds a Python: run for real, with made-up Pythons on PATH."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.dev.conftest import ROOT

# What a made-up Python does when asked to judge itself, and when it is chosen.
GOOD = 'for last in "$@"; do :; done\ncase "$2" in -c) exit 0;; esac\necho "chosen $0 $last"\n'
INCOMPLETE = GOOD.replace("exit 0", "exit 3")
OLD = 'case "$1" in --version) echo Python 3.9.1; exit 0;; esac\nexit 4\n'
BROKEN_SHIM = 'echo "pyenv: version not installed" >&2\nexit 127\n'


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A PATH with the few commands that the launcher itself may use."""
    folder = tmp_path / "some path"
    folder.mkdir()
    for name in ("sh", "dirname"):
        found = shutil.which(name)
        assert found is not None
        (folder / name).symlink_to(found)
    return folder


def add(path: Path, name: str, script: str) -> Path:
    program = path / name
    program.write_text(f"#!/bin/sh\n{script}", encoding="utf-8")
    program.chmod(0o755)
    return program


def launched(path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [ROOT / "bin" / "dev", "--once"],
        env={"PATH": str(path), **environment},
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_python3_comes_first(path: Path) -> None:
    add(path, "python3.12", GOOD)
    wanted = add(path, "python3", GOOD)
    assert launched(path).stdout == f"chosen {wanted} --once\n"


@pytest.mark.parametrize("of_no_use", [OLD, BROKEN_SHIM, INCOMPLETE])
def test_one_that_will_not_do_is_passed_over(path: Path, of_no_use: str) -> None:
    """Too old, a shim with nothing behind it, or without the venv module."""
    add(path, "python3", of_no_use)
    wanted = add(path, "python3.12", GOOD)
    assert launched(path).stdout == f"chosen {wanted} --once\n"


def test_an_incomplete_one_is_the_last_resort(path: Path) -> None:
    """It then explains which package is missing."""
    only = add(path, "python3", INCOMPLETE)
    assert launched(path).stdout == f"chosen {only} --once\n"


def test_the_reader_can_name_one(path: Path) -> None:
    add(path, "python3", GOOD)
    mine = add(path, "mine", GOOD)
    assert launched(path, EVERYTICK_PYTHON=str(mine)).stdout == f"chosen {mine} --once\n"


def test_none_found_says_what_to_do(path: Path) -> None:
    add(path, "python3", OLD)
    result = launched(path)
    assert result.returncode == 1
    assert "needs Python 3.11 or newer" in result.stderr
    assert "python3 is Python 3.9.1." in result.stderr
    assert "EVERYTICK_PYTHON=" in result.stderr


def test_the_real_judgement_accepts_the_running_python(path: Path) -> None:
    add(path, "python3", f'exec "{sys.executable}" "$@"\n')
    result = subprocess.run(
        [ROOT / "bin" / "dev", "--help"],
        env={"PATH": str(path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert result.returncode == 0, result.stderr
    assert "--once" in result.stdout
