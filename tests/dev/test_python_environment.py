import hashlib
import json
import os
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from dev import python_environment
from dev.problem import Problem
from dev.project import Project, environment_lock
from dev.python_environment import (
    DEV_LOCK,
    LOCAL_LOCK,
    PythonEnvironment,
    ensure_environment,
    is_finished_for_this_python,
    located,
    read_stamp,
)

ENVIRONMENT = {"PATH": "/usr/bin:/bin", "PIP_NO_INDEX": "1"}


@pytest.fixture
def locked(project: Project) -> Project:
    """A project whose locks name nothing, so that an install needs no network."""
    for name in (LOCAL_LOCK, DEV_LOCK):
        (project.root / name).write_text("# nothing\n", encoding="utf-8")
    return project


@pytest.fixture
def made(locked: Project) -> Project:
    """A project whose environment says that it is finished; there is nothing in it."""
    located(locked).programs.mkdir(parents=True)
    located(locked).python.touch()
    identity = {"python": sys.version, "base": os.path.realpath(sys.base_prefix)}
    stamp = {**identity, "place": str(locked.venv)}
    (locked.venv / "everytick.json").write_text(json.dumps(stamp), encoding="utf-8")
    return locked


def ensured(project: Project, lock: str = LOCAL_LOCK) -> PythonEnvironment:
    return ensure_environment(project, lock, ENVIRONMENT)


def said(capfd: pytest.CaptureFixture[str]) -> str:
    return capfd.readouterr().out


def test_made_once_then_left_alone(locked: Project, capfd: pytest.CaptureFixture[str]) -> None:
    made = ensured(locked)
    assert made == located(locked)
    where = subprocess.run(
        [made.python, "-c", "import sys; print(sys.prefix)"], capture_output=True, text=True, check=True
    )
    assert where.stdout.strip() == str(locked.venv)
    assert "making .venv" in said(capfd)
    ensured(locked)
    assert "up to date" in said(capfd)


def test_the_test_tools_bring_what_dev_needs(locked: Project, capfd: pytest.CaptureFixture[str]) -> None:
    ensured(locked)
    ensured(locked, DEV_LOCK)
    said(capfd)
    ensured(locked, DEV_LOCK)
    ensured(locked, LOCAL_LOCK)
    assert said(capfd).count("up to date") == 2


def test_a_changed_lock_is_installed_into_what_is_there(
    locked: Project, capfd: pytest.CaptureFixture[str]
) -> None:
    ensured(locked)
    marker = locked.venv / "marker"
    marker.touch()
    (locked.root / LOCAL_LOCK).write_text("# another\n", encoding="utf-8")
    said(capfd)
    ensured(locked)
    assert "installing" in said(capfd)
    assert marker.exists()


def _interrupt(project: Project) -> None:
    (project.venv / "everytick.json").unlink()


def _another_python(project: Project) -> None:
    _restamp(project, python="3.10.0 (another one)")


def _moved(project: Project) -> None:
    _restamp(project, place="/elsewhere/.venv")


def _lost_interpreter(project: Project) -> None:
    located(project).python.unlink()


def _broken_stamp(project: Project) -> None:
    (project.venv / "everytick.json").write_text("{", encoding="utf-8")


def _restamp(project: Project, **changes: str) -> None:
    stamp: Mapping[str, str] = {**read_stamp(project), **changes}
    (project.venv / "everytick.json").write_text(json.dumps(stamp), encoding="utf-8")


@pytest.mark.parametrize("spoil", [_interrupt, _another_python, _moved, _lost_interpreter, _broken_stamp])
def test_what_is_unfinished_or_not_this_pythons_is_made_anew(
    made: Project, spoil: Callable[[Project], None]
) -> None:
    assert is_finished_for_this_python(made)
    spoil(made)
    assert not is_finished_for_this_python(made)


def test_it_is_removed_before_it_is_made_anew(locked: Project, capfd: pytest.CaptureFixture[str]) -> None:
    locked.venv.mkdir()
    (locked.venv / "pyvenv.cfg").write_text("home = /nowhere\n", encoding="utf-8")
    (locked.venv / "left").touch()
    ensured(locked)
    assert "unfinished or another Python's: removing it" in said(capfd)
    assert not (locked.venv / "left").exists()


def test_a_failed_install_says_what_to_do_and_is_made_anew(locked: Project) -> None:
    good = (locked.root / LOCAL_LOCK).read_text(encoding="utf-8")
    (locked.root / LOCAL_LOCK).write_text(f"no-such-thing==1 --hash=sha256:{'0' * 64}\n", encoding="utf-8")
    with pytest.raises(Problem, match="no-such-thing") as caught:
        ensured(locked)
    assert "Then start again" in str(caught.value)
    (locked.root / LOCAL_LOCK).write_text(good, encoding="utf-8")
    ensured(locked)
    assert read_stamp(locked)


def tiny_wheel(folder: Path) -> str:
    """Write a package of one empty module; give its SHA-256."""
    wheel = folder / "tiny-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("tiny.py", "")
        archive.writestr("tiny-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n")
        archive.writestr(
            "tiny-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr("tiny-1.0.dist-info/RECORD", "")
    return hashlib.sha256(wheel.read_bytes()).hexdigest()


def test_only_what_matches_its_hash_is_installed(locked: Project) -> None:
    digest = tiny_wheel(locked.root)
    environment = {**ENVIRONMENT, "PIP_FIND_LINKS": str(locked.root)}
    for wrong in ("", f" --hash=sha256:{'0' * 64}"):
        (locked.root / LOCAL_LOCK).write_text(f"tiny==1.0{wrong}\n", encoding="utf-8")
        with pytest.raises(Problem, match=r"(?i)hash"):
            ensure_environment(locked, LOCAL_LOCK, environment)
    (locked.root / LOCAL_LOCK).write_text(f"tiny==1.0 --hash=sha256:{digest}\n", encoding="utf-8")
    made = ensure_environment(locked, LOCAL_LOCK, environment)
    assert (made.packages / "tiny.py").exists()


def test_a_folder_that_is_not_ours_is_not_removed(locked: Project) -> None:
    precious = locked.venv / "thesis.txt"
    locked.venv.mkdir()
    precious.touch()
    with pytest.raises(Problem, match="in the way"):
        ensured(locked)
    assert precious.exists()


def test_a_python_that_is_too_old_is_told(locked: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 2))
    with pytest.raises(Problem, match=r"needs Python 3\.11 or newer.*is 3\.10\.2"):
        ensured(locked)


def test_a_python_without_its_venv_module_is_told(locked: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """As Debian ships it until python3-venv is installed."""
    monkeypatch.setattr(python_environment, "find_spec", lambda _name: None)
    with pytest.raises(Problem, match="apt install python3-venv"):
        ensured(locked)


def test_a_missing_lock_is_told(project: Project) -> None:
    with pytest.raises(Problem, match=r"requirements-local\.txt cannot be read"):
        ensured(project)


def test_two_at_a_time_take_turns(locked: Project, capfd: pytest.CaptureFixture[str]) -> None:
    waiting = threading.Thread(target=ensured, args=(locked,))
    with environment_lock(locked):
        waiting.start()
        waiting.join(0.3)
        assert waiting.is_alive()
        assert not locked.venv.exists()
    waiting.join(120)
    assert read_stamp(locked)
    assert "waiting for another set-up" in said(capfd)
