"""Where what takes long to make is kept: the platform's command line, a Debian, Python environments."""

import fcntl
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from dev.problem import Problem
from dev.rehearsal.report import NotHere

_WAIT_SECONDS = 900
_POLL_SECONDS = 0.2


class Cache:
    """A folder of finished things, each made once, by one process at a time.

    With `prepared`, nothing is made: what is not there is NotHere.
    """

    def __init__(self, folder: Path, *, prepared: bool = False) -> None:
        self.folder = folder
        self._prepared = prepared

    def holds(self, name: str) -> bool:
        """Whether `name` is there, finished."""
        return (self.folder / name / _FINISHED).exists()

    def get(self, name: str, make: Callable[[Path], None]) -> Path:
        """Give the folder `name`; `make` fills it the first time, at the path where it stays.

        What was begun and not finished is removed: at once where `make` raises, and the next time where the
        process was killed. Raises NotHere, and Problem where another process has long been making something.
        """
        place = self.folder / name
        if self.holds(name):
            return place
        if self._prepared:
            raise NotHere(f"{name} is not in the cache yet: bin/rehearse-deploy puts it there.")
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._our_turn():
            if self.holds(name):
                return place
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir(mode=0o755)
            try:
                make(place)
                (place / _FINISHED).touch()
            except BaseException:
                shutil.rmtree(place, ignore_errors=True)
                raise
        return place

    @contextmanager
    def _our_turn(self) -> Iterator[None]:
        deadline = time.monotonic() + _WAIT_SECONDS
        with (self.folder / "making.lock").open("a") as file:
            while not _try_lock(file.fileno()):
                if time.monotonic() > deadline:
                    raise Problem(f"Another rehearsal has been filling {self.folder} for long.")
                time.sleep(_POLL_SECONDS)
            yield


_FINISHED = ".finished"


def cache_folder(environment: Mapping[str, str]) -> Path:
    """Where caches belong: everytick/rehearsal below XDG_CACHE_HOME, or below ~/.cache."""
    base = environment.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser().absolute() / "everytick" / "rehearsal"


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
