"""A Redis for this machine: in memory only, reached through a socket in a private folder."""

import shutil
import signal
import socket
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from dev.console import say
from dev.part import Part, start_part

_PROGRAMS = ("redis-server", "valkey-server")
_START_SECONDS = 15
_ANSWER_SECONDS = 2
_POLL_SECONDS = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisServer:
    """A running server: its process, its program, and its address."""

    part: Part
    program: Path
    url: str


def candidates(environment: Mapping[str, str], programs: Path) -> list[Path]:
    """Give the servers to try: those on PATH, then the one in .venv's folder `programs`."""
    found = [shutil.which(name, path=environment.get("PATH")) for name in _PROGRAMS]
    own = programs / _PROGRAMS[0]
    paths = [Path(path) for path in found if path] + ([own] if own.exists() else [])
    return list(dict.fromkeys(paths))


def start_redis(programs: Iterable[Path], *, sockets: Path, logs: Path) -> RedisServer | None:
    """Start the first of `programs` that runs; None if none does.

    The app works without Redis, so that is not a problem, only said.
    """
    for program in programs:
        server = _start(program, sockets / "redis.sock", logs / "redis.log")
        if server is not None:
            return server
        say("Redis", f"{program} does not start, see {logs / 'redis.log'}")
    return None


def _start(program: Path, address: Path, log: Path) -> RedisServer | None:
    part = start_part(
        "Redis",
        [
            *(program, "--port", "0", "--unixsocket", address, "--unixsocketperm", "700"),
            *("--save", "", "--appendonly", "no", "--daemonize", "no", "--logfile", ""),
            *("--dir", log.parent),
        ],
        log=log,
        stop_signal=signal.SIGTERM,
        parent_gone=signal.SIGKILL,  # it has nothing to save
        cwd=address.parent,
    )
    try:
        ready = _await_ready(part, address)
    except BaseException:
        part.stop()
        raise
    if not ready:
        part.stop()
        return None
    return RedisServer(part=part, program=program, url=f"unix://{quote(str(address))}")


def _await_ready(part: Part, address: Path) -> bool:
    deadline = time.monotonic() + _START_SECONDS
    while part.exit_code() is None and time.monotonic() < deadline:
        if _answers(address):
            return True
        time.sleep(_POLL_SECONDS)
    return False


def _answers(address: Path) -> bool:
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(_ANSWER_SECONDS)
            connection.connect(str(address))
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False
