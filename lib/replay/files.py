"""The files of the replay gate: written whole or not at all, for their owner's eyes."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final

from lib.clock import iso
from lib.replay.errors import ReplayUnwritable, RunNotFound

FOLDER: Final = Path(".artifacts/ai-replay")
"""Below the folder that the command is called in."""
LATEST: Final = "latest"


def run_id_at(instant: datetime) -> str:
    """A run's name: `run-` and its ISO time with `:` and `.` as `-`; names sort as times do."""
    return f"run-{iso(instant).replace(':', '-').replace('.', '-')}"


def write_whole(path: Path, text: str) -> None:
    """Put `text` into `path` at one stroke: a reader finds the old file or the new, nothing between.

    Raises ReplayUnwritable.
    """
    with writing(path):
        _replace(path, text)


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """While the body writes into `path`: raise ReplayUnwritable for what the system refuses."""
    try:
        yield
    except OSError as error:
        raise ReplayUnwritable(
            f"{path} cannot be written ({error.strerror}): make room, or name another place with --out."
        ) from error


def _replace(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def find_run(said: str, suffix: str = ".json") -> Path:
    """The file of the run `said`: a path, a run's name, or `latest`. Raises RunNotFound."""
    if said == LATEST:
        found = sorted(path for path in FOLDER.glob("run-*") if path.name == f"{_stem(path)}{suffix}")
        if found:
            return found[-1]
        raise RunNotFound(f"There is no replay in {FOLDER} yet: `flask replay run` makes one.")
    candidates = (Path(said), FOLDER / said, FOLDER / f"{said}{suffix}")
    for path in candidates:
        if path.is_file():
            return path
    raise RunNotFound(f"There is no replay {said!r}: name a file, a run as it was printed, or `latest`.")


def _stem(path: Path) -> str:
    return path.name.split(".", 1)[0]
