"""A process with mounts of its own sees a read-only file system, and this machine's stays as it was."""

import os
import sys
from pathlib import Path

from dev.rehearsal.machine import enclosing_hindrance
from dev.rehearsal.place import Place
from dev.rehearsal.read_only import check_read_only
from dev.step import run_step
from tests.dev.rehearsal.conftest import PYTHON, possible_places

WRITE = """
import sys
for path in sys.argv[1:]:
    try:
        open(path, "x").close()
        print("written")
    except OSError as error:
        print(type(error).__name__)
"""


def enclosed() -> list[Place]:
    return [place for place in possible_places() if place.encloses]


def test_a_machine_that_cannot_says_why() -> None:
    assert bool(enclosing_hindrance()) is not bool(enclosed())


def test_only_what_is_kept_can_be_written(tmp_path: Path) -> None:
    shown, kept = tmp_path / "shown", tmp_path / "kept"
    scratch = Path("/tmp") / f"everytick-scratch-{os.getpid()}"  # noqa: S108 - what is tried
    shown.mkdir()
    kept.mkdir()
    for place in enclosed():
        outcome = run_step(
            "writing",
            place.enclosed(
                [sys.executable, "-I", "-c", WRITE, shown / "a", kept / "b", scratch],
                directory=shown,
                show=[shown, *PYTHON],
                keep=[kept],
            ),
            cwd=tmp_path,
            environment={"PATH": os.defpath},
            seconds=60,
        )
        assert outcome.output.split() == ["OSError", "written", "written"], outcome.errors
        assert ((kept / "b").exists(), (shown / "a").exists()) == (True, False)
        assert not scratch.exists()  # that /tmp was the process's own


def test_what_it_leaves_open_is_found(bundle: Path, interpreter: Path) -> None:
    for place in enclosed():
        said = check_read_only(place, bundle, python=interpreter, show=[bundle, *PYTHON])
        assert said.startswith("read-only but for /tmp")
