import hashlib
import json
import os
import shutil
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
    return with_locks(project)


def with_locks(project: Project) -> Project:
    for name in (LOCAL_LOCK, DEV_LOCK):
        (project.root / name).write_text("# nothing\n", encoding="utf-8")
    return project


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project whose environment was really made: to be copied, since making one takes seconds."""
    project = Project(root=tmp_path_factory.mktemp("finished"))
    project.prepare()
    ensured(with_locks(project))
    return project


@pytest.fixture
def made(locked: Project, finished: Project) -> Project:
    """A project whose environment was made and finished in its place."""
    shutil.copytree(finished.venv, locked.venv, symlinks=True)
    _restamp(locked, place=str(locked.venv))
    return locked


def ensured(project: Project, lock: str = LOCAL_LOCK) -> PythonEnvironment:
    return ensure_environment(project, lock, ENVIRONMENT)


@pytest.fixture
def stamped(locked: Project) -> Project:
    """A project whose environment says that it is finished; there is nothing in it."""
    located(locked).programs.mkdir(parents=True)
    located(locked).python.touch()
    identity = {"python": sys.version, "base": os.path.realpath(sys.base_prefix)}
    stamp = {**identity, "place": str(locked.venv)}
    (locked.venv / "everytick.json").write_text(json.dumps(stamp), encoding="utf-8")
    return locked


def said(capfd: pytest.CaptureFixture[str]) -> str:
    return capfd.readouterr().out


def test_once_made_it_is_left_alone(made: Project, capfd: pytest.CaptureFixture[str]) -> None:
    assert ensured(made) == located(made)
    assert "up to date" in said(capfd)
    where = subprocess.run(
        [located(made).python, "-c", "import sys; print(sys.prefix)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert where.stdout.strip() == str(made.venv)


def test_the_test_tools_bring_what_dev_needs(made: Project, capfd: pytest.CaptureFixture[str]) -> None:
    ensured(made, DEV_LOCK)
    said(capfd)
    ensured(made, DEV_LOCK)
    ensured(made, LOCAL_LOCK)
    assert said(capfd).count("up to date") == 2


def test_a_changed_lock_is_installed_into_what_is_there(
    made: Project, capfd: pytest.CaptureFixture[str]
) -> None:
    marker = made.venv / "marker"
    marker.touch()
    (made.root / LOCAL_LOCK).write_text("# another\n", encoding="utf-8")
    ensured(made)
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
    stamped: Project, spoil: Callable[[Project], None]
) -> None:
    assert is_finished_for_this_python(stamped)
    spoil(stamped)
    assert not is_finished_for_this_python(stamped)


def test_it_is_removed_before_it_is_made_anew(locked: Project, capfd: pytest.CaptureFixture[str]) -> None:
    locked.venv.mkdir()
    (locked.venv / "pyvenv.cfg").write_text("home = /nowhere\n", encoding="utf-8")
    (locked.venv / "left").touch()
    ensured(locked)
    lines = said(capfd)
    assert "unfinished or another Python's: removing it" in lines
    assert "making .venv" in lines
    assert not (locked.venv / "left").exists()
    assert is_finished_for_this_python(locked)


def test_a_failed_install_says_what_to_do_and_leaves_it_unfinished(made: Project) -> None:
    """So that the next start makes it anew, whatever half of it was installed."""
    (made.root / LOCAL_LOCK).write_text(f"no-such-thing==1 --hash=sha256:{'0' * 64}\n", encoding="utf-8")
    with pytest.raises(Problem, match="no-such-thing") as caught:
        ensured(made)
    assert "Then start again" in str(caught.value)
    assert not is_finished_for_this_python(made)


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


@pytest.mark.parametrize("given", ["", f" --hash=sha256:{'0' * 64}"], ids=["none", "a wrong one"])
def test_what_does_not_match_its_hash_is_not_installed(made: Project, given: str) -> None:
    tiny_wheel(made.root)
    (made.root / LOCAL_LOCK).write_text(f"tiny==1.0{given}\n", encoding="utf-8")
    with pytest.raises(Problem, match=r"(?i)hash"):
        ensure_environment(made, LOCAL_LOCK, {**ENVIRONMENT, "PIP_FIND_LINKS": str(made.root)})
    assert not (located(made).packages / "tiny.py").exists()


def test_what_matches_its_hash_is_installed(made: Project) -> None:
    digest = tiny_wheel(made.root)
    (made.root / LOCAL_LOCK).write_text(f"tiny==1.0 --hash=sha256:{digest}\n", encoding="utf-8")
    environment = {**ENVIRONMENT, "PIP_FIND_LINKS": str(made.root)}
    assert (ensure_environment(made, LOCAL_LOCK, environment).packages / "tiny.py").exists()


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


def test_two_at_a_time_take_turns(made: Project, capfd: pytest.CaptureFixture[str]) -> None:
    (made.root / LOCAL_LOCK).write_text("# another\n", encoding="utf-8")
    before = read_stamp(made)
    waiting = threading.Thread(target=ensured, args=(made,))
    with environment_lock(made):
        waiting.start()
        waiting.join(0.3)
        assert waiting.is_alive()
        assert read_stamp(made) == before
    waiting.join(120)
    assert read_stamp(made) not in ({}, before)
    assert "waiting for another set-up" in said(capfd)
