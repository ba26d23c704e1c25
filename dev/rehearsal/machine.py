"""What this machine has of what a rehearsal needs, and what is said where it has not."""

import glob
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from dev.account import namespace_account, namespaces_work
from dev.problem import Problem
from dev.rehearsal.cache import Cache
from dev.rehearsal.debian import debian_folder
from dev.rehearsal.indexes import certificate_places, index_environment
from dev.rehearsal.place import Place
from dev.rehearsal.report import NotHere
from dev.step import run_step

OLDEST, NEWEST = (3, 12), (3, 14)
"""The Pythons that Vercel offers."""
_ROOT = Path("/")
_PROBE_SECONDS = 20
_JUDGE = (
    "import ensurepip, os, platform, sys, venv;"
    "print(platform.python_implementation(), platform.python_version(), os.path.realpath(sys.executable))"
)
_SYSTEM_FILES = (Path("/etc/resolv.conf"), Path("/etc/hosts"))


def find_place(cache: Cache, environment: Mapping[str, str], *, debian: bool) -> Place:
    """Give this machine, where it has a Python that Vercel offers, else a Debian folder (made once).

    `debian` asks for the folder in any case. Raises NotHere where there is neither.
    """
    hindrance = enclosing_hindrance()
    account = namespace_account().change if not hindrance and namespaces_work() else ""
    found = None if debian else find_python(candidates(environment))
    if found is not None:
        python, version = found
        return Place(root=_ROOT, python=python, version=version, encloses=not hindrance, account=account)
    why = "" if debian else "No Python from 3.12 to 3.14 was found (EVERYTICK_PYTHON may name one), and "
    if hindrance:
        raise NotHere(f"{why}a Debian folder cannot be used: {hindrance}.")
    try:
        root = debian_folder(cache, environment)
    except NotHere as error:
        raise NotHere(f"{why}{error}") from error
    shown = (cache.folder, *_SYSTEM_FILES, *certificate_places(index_environment(environment)))
    place = Place(
        root=root,
        python=Path("/usr/bin/python3"),
        version="",
        encloses=True,
        account=account,
        shown=tuple(path for path in shown if path.exists()),
    )
    judged = place.run(
        "The Debian folder's Python",
        [place.python, "-I", "-c", _JUDGE],
        directory=_ROOT,
        environment={"PATH": place.path},
        seconds=_PROBE_SECONDS,
    )
    version = judged.output.split()[1] if judged.code == 0 else ""
    if not version:
        raise NotHere(f"The Debian folder's Python does not run: {judged.errors.strip()[-300:]}")
    return Place(
        root=root, python=place.python, version=version, encloses=True, account=account, shown=place.shown
    )


def candidates(environment: Mapping[str, str]) -> Iterable[str]:
    """The interpreters to try: the one named, those on PATH, pyenv's; Vercel's default version first."""
    named = environment.get("EVERYTICK_PYTHON", "")
    versions = [f"3.{minor}" for minor in range(OLDEST[1], NEWEST[1] + 1)]
    pyenv = environment.get("PYENV_ROOT") or str(Path("~/.pyenv").expanduser())
    yield from ([named] if named else [])
    for version in versions:
        yield f"python{version}"
        yield from sorted(glob.glob(f"{glob.escape(pyenv)}/versions/{version}.*/bin/python{version}"))  # noqa: PTH207  # absolute
    yield from ("python3", "python")


def find_python(names: Iterable[str]) -> tuple[Path, str] | None:
    """Give the first that Vercel would take and that can make virtual environments, with its version."""
    for name in names:
        path = shutil.which(name)
        if path is None:
            continue
        try:
            judged = subprocess.run(
                [path, "-I", "-c", _JUDGE],
                capture_output=True,
                text=True,
                check=False,
                timeout=_PROBE_SECONDS,
                stdin=subprocess.DEVNULL,
            )
        except (OSError, subprocess.TimeoutExpired):
            continue
        words = judged.stdout.rstrip("\n").split(" ", 2)
        if judged.returncode or len(words) != 3 or words[0] != "CPython":  # noqa: PLR2004  # as printed
            continue
        major, minor = (int(part) for part in words[1].split(".")[:2])
        if OLDEST <= (major, minor) <= NEWEST:
            return Path(words[2]), words[1]
    return None


def enclosing_hindrance() -> str:
    """Why processes cannot be given mounts of their own here; empty where they can."""
    if sys.platform != "linux":
        return "this is not Linux"
    probe = Place(root=_ROOT, python=Path(sys.executable), version="", encloses=True, account="")
    try:
        outcome = run_step(
            "A process with mounts of its own",
            probe.enclosed(["true"], directory=_ROOT),
            cwd=_ROOT,
            environment={"PATH": os.defpath},
            seconds=_PROBE_SECONDS,
        )
    except Problem as problem:
        return str(problem)
    if outcome.code:
        lines = outcome.errors.strip().splitlines()
        return f"the kernel allows no mounts to this user ({lines[-1] if lines else 'no reason given'})"
    return ""
