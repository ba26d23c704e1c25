"""The virtual environment .venv: made once, refreshed when its lock or the Python changes."""

import hashlib
import json
import os
import shutil
import sys
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from dev.console import say
from dev.part import tail
from dev.problem import Problem
from dev.project import Project, environment_lock
from dev.step import run_logged_step

LOCAL_LOCK = "requirements-local.txt"
DEV_LOCK = "requirements-dev.txt"
# What a lock brings beside its own: bin/lock makes the narrower ones from the widest.
_CONTAINS = {LOCAL_LOCK: (LOCAL_LOCK,), DEV_LOCK: (DEV_LOCK, LOCAL_LOCK)}
OLDEST_PYTHON = (3, 11)
_STAMP = "everytick.json"
_CREATE_SECONDS = 120
_INSTALL_SECONDS = 1200
_UNWANTED = ("PYTHONHOME", "PYTHONPATH", "PIP_TARGET", "PIP_PREFIX")


@dataclass(frozen=True, slots=True, kw_only=True)
class PythonEnvironment:
    """A ready environment: its interpreter, its folder of packages, its folder of programs."""

    python: Path
    packages: Path
    programs: Path


def ensure_environment(project: Project, lock: str, environment: Mapping[str, str]) -> PythonEnvironment:
    """Give .venv with everything in the file `lock` installed, hashes checked.

    Does nothing if its stamp says so. Remade if it was interrupted or is another Python's.
    Raises Problem if this Python cannot make one, or an install fails.
    """
    if sys.version_info < OLDEST_PYTHON:
        raise Problem(
            f"Everytick needs Python 3.11 or newer; {sys.executable} is {_version()}. "
            "Install a newer one, or name it in EVERYTICK_PYTHON."
        )
    with environment_lock(project):
        wanted = _wanted(project, lock)
        have = read_stamp(project)
        if not is_finished_for_this_python(project):
            _create(project, environment)
            have = {}
        if any(have.get(name) != value for name, value in wanted.items()):
            _install(project, lock, environment)
            _write_stamp(project, {**_python_identity(project), **wanted})
        else:
            say("Python", f"{_version()}, .venv is up to date with {lock}")
    return located(project)


def located(project: Project) -> PythonEnvironment:
    """Give where things are in .venv."""
    places = {"base": str(project.venv), "platbase": str(project.venv)}
    programs = Path(sysconfig.get_path("scripts", "venv", places))
    return PythonEnvironment(
        python=programs / "python",
        packages=Path(sysconfig.get_path("purelib", "venv", places)),
        programs=programs,
    )


def read_stamp(project: Project) -> dict[str, str]:
    """Give what .venv was made of; empty if it was never finished."""
    try:
        stamp = json.loads((project.venv / _STAMP).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def _write_stamp(project: Project, stamp: Mapping[str, str]) -> None:
    unfinished = project.venv / f"{_STAMP}.new"
    unfinished.write_text(json.dumps(stamp, indent=1), encoding="utf-8")
    unfinished.replace(project.venv / _STAMP)


def _wanted(project: Project, lock: str) -> dict[str, str]:
    try:
        return {
            name: hashlib.sha256((project.root / name).read_bytes()).hexdigest() for name in _CONTAINS[lock]
        }
    except OSError as error:
        raise Problem(f"{error.filename} cannot be read; is the checkout complete?") from error


def _python_identity(project: Project) -> dict[str, str]:
    # The place counts: the programs inside name it, and a copied folder's would run the original.
    base = os.path.realpath(sys.base_prefix)
    return {"python": sys.version, "base": base, "place": str(project.venv)}


def is_finished_for_this_python(project: Project) -> bool:
    """Whether .venv was finished, in this place, by the Python that runs this."""
    stamp = read_stamp(project)
    return located(project).python.exists() and all(
        stamp.get(name) == value for name, value in _python_identity(project).items()
    )


def _create(project: Project, environment: Mapping[str, str]) -> None:
    if find_spec("venv") is None or find_spec("ensurepip") is None:
        raise Problem(
            f"{sys.executable} cannot make virtual environments: its venv module is not complete. "
            f"On Debian and Ubuntu: apt install python3-venv (or python{_version(2)}-venv). "
            "Or name another Python in EVERYTICK_PYTHON."
        )
    if project.venv.exists():
        _remove(project.venv)
    say("Python", f"{_version()}: making .venv")
    # The Python beneath, should we have been started from a virtual environment.
    base = getattr(sys, "_base_executable", sys.executable)
    _run(project, [base, "-I", "-m", "venv", project.venv], environment, seconds=_CREATE_SECONDS)


def _remove(venv: Path) -> None:
    if venv.is_symlink() or not (venv.is_dir() and _is_environment(venv)):
        raise Problem(f"{venv} is in the way: it is not a virtual environment. Move it elsewhere.")
    say("Python", ".venv is unfinished or another Python's: removing it")
    shutil.rmtree(venv)


def _is_environment(folder: Path) -> bool:
    # A start interrupted very early has no pyvenv.cfg yet.
    return (folder / "pyvenv.cfg").exists() or not any(folder.rglob("*.*"))


def _install(project: Project, lock: str, environment: Mapping[str, str]) -> None:
    say("Python", f"{_version()}: installing {lock} (the first time takes a minute)")
    (project.venv / _STAMP).unlink(missing_ok=True)  # unfinished until it is finished
    command: list[str | Path] = [
        *(located(project).python, "-I", "-m", "pip", "install", "--no-input"),
        *("--disable-pip-version-check", "--progress-bar", "off", "--no-deps"),
        *("--require-hashes", "-r", lock),
    ]
    _run(project, command, environment, seconds=_INSTALL_SECONDS)


def _run(
    project: Project,
    command: list[str | Path],
    environment: Mapping[str, str],
    *,
    seconds: float,
) -> None:
    log = project.logs / "install.log"
    clean = {name: value for name, value in environment.items() if name not in _UNWANTED}
    clean["PIP_USER"] = "0"  # over a pip.conf that says otherwise
    code = run_logged_step(command, log=log, cwd=project.root, environment=clean, seconds=seconds)
    if code != 0:
        raise Problem(
            f"Setting up .venv failed (exit {code}). The log, {log}, ends with:\n{tail(log)}\n\n"
            "Is the package index reachable from here (behind a proxy, set HTTPS_PROXY; with a "
            "certificate of its own, PIP_CERT) and is there room on the disk? Then start again."
        )


def _version(parts: int = 3) -> str:
    return ".".join(str(number) for number in sys.version_info[:parts])
