"""A short private folder for sockets: a socket's address holds about a hundred characters."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PREFIX = "everytick-"
_LONGEST_BASE = 60  # leaves room for everytick-XXXXXXXX/pg/.s.PGSQL.5432 in 103 characters (macOS)
_ALIVE = "alive"
_UNHELD = "alive.new"


@contextmanager
def runtime_folder() -> Iterator[Path]:
    """Give a new folder, mode 0700, that is gone afterwards.

    Folders that a killed process left behind are removed first: each is held by a lock on a file
    in it, which ends with its process.
    """
    base = _base()
    _sweep(base)
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=base))
    try:
        with (folder / _UNHELD).open("w") as alive:
            fcntl.flock(alive, fcntl.LOCK_EX)
            # Under its name only now: not held, it would pass for a dead process's.
            (folder / _UNHELD).rename(folder / _ALIVE)
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _base() -> Path:
    wanted = Path(tempfile.gettempdir())
    return wanted if len(os.fsencode(wanted)) <= _LONGEST_BASE else Path("/tmp")  # noqa: S108


def _sweep(base: Path) -> None:
    for folder in base.glob(f"{PREFIX}*"):
        if _is_abandoned(folder):
            shutil.rmtree(folder, ignore_errors=True)


def _is_abandoned(folder: Path) -> bool:
    try:
        status = folder.lstat()
        if status.st_uid != os.geteuid() or folder.is_symlink():
            return False
        with (folder / _ALIVE).open("r+") as alive:
            fcntl.flock(alive, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # held by a living process, not finished yet, or not ours
        return False
    return True
