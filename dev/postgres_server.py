"""The embedded PostgreSQL: our own child, reached through a socket in a private folder."""

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from dev.part import Part, start_part, tail
from dev.postgres_place import PostgresPlace
from dev.problem import Problem
from dev.step import run_logged_step, run_step

USER = DATABASE = "everytick"
_INITDB_SECONDS = 120
_START_SECONDS = 60
_COMMAND_SECONDS = 30
_PREDECESSOR_SECONDS = 20
_POLL_SECONDS = 0.02
_STATUS_LINE = 7  # of postmaster.pid: "starting", "ready", …
# For throw-away data: what was committed survives a crash of the server, not one of the machine.
_CARELESS = ("fsync=off", "full_page_writes=off")
_SETTINGS = (
    "listen_addresses=",
    "timezone=UTC",
    "log_timezone=UTC",
    "max_connections=60",
    "logging_collector=off",
    "log_destination=stderr",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresServer:
    """A running server: its process, and the address of the database in it."""

    part: Part
    url: str


def start_postgres(
    place: PostgresPlace, *, sockets: Path, logs: Path, durable: bool = True
) -> PostgresServer:
    """Start the server, made anew if there is no data yet, with an empty database in it.

    `sockets` is a private folder with a short path. `durable` is False for throw-away data.
    Raises Problem if it does not start; nothing is left running then.
    """
    if not place.data.exists():
        _initialise(place, logs / "initdb.log", durable=durable)
    _await_predecessor(place.data)
    folder = sockets / "pg"  # short, and beside a throw-away data folder
    folder.mkdir(mode=0o700)
    if place.account.foreign:
        sockets.chmod(0o711)
        os.chown(folder, place.account.owner, place.account.group)
    settings = [*_SETTINGS, f"unix_socket_directories={folder}", *(() if durable else _CARELESS)]
    part = start_part(
        "PostgreSQL",
        [
            *(place.binaries.program("postgres"), "-D", place.data),
            *(word for setting in settings for word in ("-c", setting)),
        ],
        log=logs / "postgres.log",
        stop_signal=signal.SIGINT,  # a fast shutdown: ends sessions, writes everything down
        parent_gone=signal.SIGINT,
        cwd=place.data.parent if not place.account.foreign else Path("/"),
        account=place.account.change,
        grace_seconds=20,
    )
    try:
        _await_ready(part, place.data)
        _create_database(place, folder)
    except BaseException:
        part.stop()
        raise
    url = f"postgresql://{USER}@/{DATABASE}?host={quote(str(folder))}"
    return PostgresServer(part=part, url=url)


def _initialise(place: PostgresPlace, log: Path, *, durable: bool) -> None:
    unfinished = place.data.with_name(f"{place.data.name}.new")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    if place.account.foreign:
        os.chown(unfinished, place.account.owner, place.account.group)
    command = [
        *(place.binaries.program("initdb"), "-D", unfinished, "-U", USER),
        *("--auth-local=trust", "--auth-host=reject", "--encoding=UTF8", "--locale=C"),
        *("--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
        *(() if durable else ("--no-sync",)),
    ]
    code = run_logged_step(
        command, log=log, cwd=Path("/"), account=place.account.change, seconds=_INITDB_SECONDS
    )
    if code != 0:
        raise Problem(
            f"PostgreSQL's data folder could not be made (exit {code}). "
            f"The log, {log}, ends with:\n{tail(log)}"
        )
    unfinished.replace(place.data)


def _await_predecessor(data: Path) -> None:
    """Wait for a server that is just ending; remove what a killed one left.

    Raises Problem if another one keeps running on this data.
    """
    deadline = time.monotonic() + _PREDECESSOR_SECONDS
    while (pid := _recorded_pid(data)) is not None:
        if not _is_postgres(pid):
            # Its number may be anybody's by now, and PostgreSQL would take that for a server.
            (data / "postmaster.pid").unlink(missing_ok=True)
            return
        if time.monotonic() > deadline:
            raise Problem(
                f"A PostgreSQL server, pid {pid}, is still running on {data}. Stop it: kill -INT {pid}"
            )
        time.sleep(_POLL_SECONDS)


def _recorded_pid(data: Path) -> int | None:
    try:
        return abs(int((data / "postmaster.pid").read_text(encoding="utf-8").split("\n", 1)[0]))
    except (OSError, ValueError):
        return None


def _is_postgres(pid: int) -> bool:
    if sys.platform == "linux":
        try:
            name = Path(f"/proc/{pid}/comm").read_text(encoding="utf-8")
        except OSError:
            return False
    else:
        name = subprocess.run(
            ["ps", "-o", "comm=", "-p", str(pid)],
            capture_output=True,
            text=True,
            check=False,
            timeout=_COMMAND_SECONDS,
        ).stdout
    return "postgres" in name


def _await_ready(part: Part, data: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while _status(data, part.process.pid) != "ready":
        code = part.exit_code()
        if code is not None or time.monotonic() > deadline:
            how = "did not get ready in time" if code is None else f"ended at once (exit {code})"
            raise Problem(f"PostgreSQL {how}. The log, {part.log}, ends with:\n{part.tail()}")
        time.sleep(_POLL_SECONDS)


def _status(data: Path, pid: int) -> str:
    """Give the server's own word in postmaster.pid, once that is this server's."""
    with suppress(OSError, UnicodeDecodeError):
        lines = (data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        if len(lines) > _STATUS_LINE and (lines[0] == str(pid) or sys.platform != "linux"):
            return lines[_STATUS_LINE].strip()
    return ""


def _create_database(place: PostgresPlace, sockets: Path) -> None:
    psql = place.binaries.program("psql")
    connect: list[str | Path] = [psql, "-X", "-h", sockets, "-U", USER, "-d", "postgres", "-At", "-c"]
    present = f"SELECT count(*) FROM pg_database WHERE datname = '{DATABASE}'"  # noqa: S608
    # libpq reads PG* variables and files in the home folder; this is about our server alone.
    environment = {"PATH": os.environ.get("PATH", ""), "HOME": str(sockets), "LC_ALL": "C"}
    for statement in (present, f"CREATE DATABASE {DATABASE}"):
        done = run_step(
            "psql",
            [*connect, statement],
            cwd=Path("/"),
            environment=environment,
            seconds=_COMMAND_SECONDS,
        )
        if done.code != 0:
            raise Problem(f"The database could not be made: {done.errors.strip()}")
        if done.output.strip() == "1":
            return
