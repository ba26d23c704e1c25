"""The project's folders, and who may use them."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from dev.console import say
from dev.problem import Problem

ENVIRONMENT_LOCK_SECONDS = 900
_POLL_SECONDS = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """Where things are. `root` is the checkout, absolute and without symbolic links."""

    root: Path

    @property
    def venv(self) -> Path:
        """The virtual environment, made and refreshed by us."""
        return self.root / ".venv"

    @property
    def state(self) -> Path:
        """Everything that the two commands keep: data, logs, secrets."""
        return self.root / ".everytick"

    @property
    def logs(self) -> Path:
        """One log file for each part."""
        return self.state / "logs"

    def prepare(self) -> None:
        """Make the state folder. Raises Problem where it, or .venv, is another user's."""
        for folder in (self.state, self.venv):
            _refuse_foreign(folder)
        try:
            self.state.mkdir(mode=0o700, exist_ok=True)
            self.logs.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise Problem(
                f"{self.state} cannot be made: {error.strerror}. "
                "Run this as the user who owns the project's folder."
            ) from error


def here() -> Project:
    """Give the project this file belongs to."""
    return Project(root=Path(__file__).resolve().parent.parent)


def _refuse_foreign(folder: Path) -> None:
    try:
        owner = folder.stat().st_uid
    except FileNotFoundError:
        return
    if owner != os.geteuid():
        raise Problem(
            f"{folder} was made by user {user_name(owner)}, and you are "
            f"{user_name(os.geteuid())}. Run this as {user_name(owner)}, or, if what it "
            f"holds can go, have that user remove it: rm -rf '{folder}'"
        )


def user_name(uid: int) -> str:
    """Give the account's name with its number, for a message."""
    import pwd  # noqa: PLC0415  # POSIX only, and only for a message

    with suppress(KeyError):
        return f"{pwd.getpwuid(uid).pw_name} ({uid})"
    return str(uid)


@contextmanager
def only_one(project: Project) -> Iterator[None]:
    """Hold the project for one bin/dev. Raises Problem naming the one that has it."""
    with (project.state / "running.lock").open("a+") as file:
        if not _try_lock(file):
            file.seek(0)
            raise Problem(
                f"bin/dev is already running in this folder, pid {file.read().strip() or '?'}. "
                "Stop that one first (Ctrl-C there, or kill that pid)."
            )
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield


def refuse_second(project: Project) -> None:
    """Raise Problem if another bin/dev has the project: the true reason why its port is taken, too."""
    if (project.state / "running.lock").exists():
        with only_one(project):
            return


@contextmanager
def environment_lock(project: Project) -> Iterator[None]:
    """Wait for our turn to change .venv. Raises Problem after 15 minutes."""
    deadline = time.monotonic() + ENVIRONMENT_LOCK_SECONDS
    with (project.state / "environment.lock").open("a+") as file:
        if not _try_lock(file):
            say("Python", "waiting for another set-up of .venv to finish")
            while not _try_lock(file):
                if time.monotonic() > deadline:
                    raise Problem("Another bin/dev or bin/test has been setting up .venv for long.")
                time.sleep(_POLL_SECONDS)
        yield


def _try_lock(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
