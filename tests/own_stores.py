"""A PostgreSQL and a Redis of the test's own, which it may stop, pause and start again."""

import os
import shutil
import signal
import subprocess
import sysconfig
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from dev.part import Part
from dev.postgres_binaries import find_binaries
from dev.postgres_place import prepare_place
from dev.postgres_server import PostgresServer, start_postgres
from dev.redis_server import RedisServer, candidates, start_redis


@dataclass(kw_only=True)
class OwnStores:
    """The two servers; each keeps its address when it is started again."""

    folder: Path
    postgres: PostgresServer = field(init=False)
    redis: RedisServer = field(init=False)

    def start_postgres(self) -> None:
        """Start PostgreSQL on the data it had before."""
        place = prepare_place(self.folder, find_binaries(Path(sysconfig.get_path("purelib"))))
        socket = self.folder / "postgres-socket"
        shutil.rmtree(socket, ignore_errors=True)  # a server that crashed left its files
        socket.mkdir(mode=0o700)
        self.postgres = start_postgres(place, sockets=socket, logs=self.folder, durable=False)

    def crash_postgres(self) -> None:
        """End PostgreSQL at once, sessions and all; the next start has to recover."""
        self.postgres.part.process.send_signal(signal.SIGQUIT)
        self.postgres.part.process.wait(30)

    def start_redis(self) -> None:
        """Start an empty Redis."""
        (self.folder / "redis.sock").unlink(missing_ok=True)
        programs = candidates({"PATH": os.environ["PATH"]}, Path(sysconfig.get_path("scripts")))
        started = start_redis(programs, sockets=self.folder, logs=self.folder)
        assert started is not None
        self.redis = started

    def crash_redis(self) -> None:
        """End Redis with -9."""
        self.redis.part.process.kill()
        self.redis.part.process.wait(30)

    def stop(self) -> None:
        """Stop both, paused ones too."""
        for server in (self.redis, self.postgres):
            resume(server.part)
            server.part.stop()


@contextmanager
def own_stores() -> Iterator[OwnStores]:
    """Both, running; gone at the end."""
    with tempfile.TemporaryDirectory(prefix="et") as folder:
        held = OwnStores(folder=Path(folder))
        held.start_postgres()
        held.start_redis()
        try:
            yield held
        finally:
            held.stop()


def pause(part: Part) -> None:
    """Freeze a server and every process of it."""
    _signal(part, signal.SIGSTOP)


def resume(part: Part) -> None:
    """Let a frozen server go on."""
    _signal(part, signal.SIGCONT)


def _signal(part: Part, number: signal.Signals) -> None:
    if part.exit_code() is not None:
        return
    for pid in (part.process.pid, *_children(part.process.pid)):
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def _children(parent: int) -> list[int]:
    """The processes that `parent` has started."""
    told = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True, timeout=10
    ).stdout
    pairs = [line.split() for line in told.splitlines()]
    return [int(pid) for pid, its_parent in pairs if int(its_parent) == parent]
