"""What the tests of the tooling share: binaries, processes seen from outside, a parent to kill."""

import os
import select
import signal
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from dev.account import (
    Account,
    namespace_account,
    namespaces_work,
    own_account,
    unprivileged_account,
)
from dev.postgres_binaries import PostgresBinaries, find_binaries
from dev.project import Project
from dev.runtime_folder import runtime_folder

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE_SECONDS = 60


def wait_until_gone(pid: int) -> None:
    """Return when the process has ended; fail if it does not."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        ended, _, _ = select.select([descriptor], [], [], PATIENCE_SECONDS)
    finally:
        os.close(descriptor)
    assert ended, f"process {pid} is still there"


def possible_accounts() -> list[Account]:
    """Every way to change account that this machine and this user have."""
    return [
        own_account(),
        *([namespace_account()] if namespaces_work() else []),
        *([unprivileged_account()] if os.geteuid() == 0 else []),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeper:
    """A process of its own that started something and keeps it: to be killed by the test."""

    process: subprocess.Popen[str]
    kept: list[str]

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(PATIENCE_SECONDS)


@pytest.fixture
def keeper() -> Iterator[Callable[[str], Keeper]]:
    """Start a parent that runs `code`, which sets the list `kept`, and then waits for ever."""
    started: list[subprocess.Popen[str]] = []

    def start(code: str) -> Keeper:
        program = (
            f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{code}\n"
            "print(*kept, flush=True)\nimport signal; signal.pause()"
        )
        process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
        started.append(process)
        assert process.stdout is not None
        return Keeper(process=process, kept=process.stdout.readline().split())

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture(scope="session")
def packages() -> Path:
    """Where this interpreter's packages are."""
    return Path(sysconfig.get_path("purelib"))


@pytest.fixture(scope="session")
def programs() -> Path:
    """Where this interpreter's programs are."""
    return Path(sysconfig.get_path("scripts"))


@pytest.fixture(scope="session")
def binaries(packages: Path) -> PostgresBinaries:
    return find_binaries(packages)


@pytest.fixture
def sockets() -> Iterator[Path]:
    """A short private folder."""
    with runtime_folder() as folder:
        yield folder


@pytest.fixture
def long_folder(tmp_path: Path) -> Path:
    """A folder whose path has a space and more than a hundred characters."""
    folder = tmp_path / "a folder with a space" / ("long " * 20).strip()
    folder.mkdir(parents=True)
    assert len(str(folder)) > 100
    return folder


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """An empty project, prepared."""
    made = Project(root=tmp_path)
    made.prepare()
    return made
