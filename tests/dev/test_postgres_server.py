import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from dev.postgres_binaries import PostgresBinaries
from dev.postgres_place import prepare_place
from dev.postgres_server import PostgresServer, start_postgres
from dev.problem import Problem
from tests.dev.conftest import Keeper, wait_until_gone


@contextmanager
def running(binaries: PostgresBinaries, state: Path, sockets: Path) -> Iterator[PostgresServer]:
    place = prepare_place(state, binaries)
    server = start_postgres(place, sockets=sockets, logs=sockets, durable=False)
    try:
        yield server
    finally:
        server.part.stop()
        (sockets / "pg").rmdir()


def value(server: PostgresServer, query: str) -> object:
    with psycopg.connect(server.url) as connection:
        row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return row[0]


def modes(folder: Path) -> dict[Path, int]:
    return {path: stat.S_IMODE(path.stat().st_mode) for path in folder.parents}


def test_it_starts_stops_and_keeps_its_data(
    binaries: PostgresBinaries, long_folder: Path, sockets: Path
) -> None:
    """In a path with a space and over 100 characters; no folder of others is changed."""
    before = modes(long_folder)
    with running(binaries, long_folder, sockets) as server, psycopg.connect(server.url) as one:
        one.execute("CREATE TABLE kept AS SELECT 'käpt ✓' AS word")
    assert server.part.exit_code() == 0
    with running(binaries, long_folder, sockets) as server:
        assert value(server, "SELECT word FROM kept") == "käpt ✓"
        assert value(server, "SHOW listen_addresses") == ""
        assert value(server, "SHOW timezone") == "UTC"
        assert value(server, "SHOW server_encoding") == "UTF8"
        assert value(server, "SELECT upper('ä')") == "Ä"
    assert modes(long_folder) == before
    assert stat.S_IMODE((long_folder / "postgres").stat().st_mode) == 0o700


def test_its_parent_killed_leaves_no_server(
    binaries: PostgresBinaries,
    packages: Path,
    tmp_path: Path,
    sockets: Path,
    keeper: Callable[[str], Keeper],
) -> None:
    """And the next start finds everything in order."""
    parent = keeper(
        "from pathlib import Path\n"
        "from dev.postgres_binaries import find_binaries\n"
        "from dev.postgres_place import prepare_place\n"
        "from dev.postgres_server import start_postgres\n"
        f"folder, state = Path({str(sockets)!r}), Path({str(tmp_path)!r})\n"
        f"place = prepare_place(state, find_binaries(Path({str(packages)!r})))\n"
        "server = start_postgres(place, sockets=folder, logs=folder)\n"
        "kept = [server.part.process.pid]"
    )
    parent.kill()
    wait_until_gone(int(parent.kept[0]))
    (sockets / "pg").rmdir()
    with running(binaries, tmp_path, sockets) as server:
        assert value(server, "SELECT 1") == 1


def test_a_start_right_after_a_kill_waits_for_the_one_that_ends(
    binaries: PostgresBinaries, tmp_path: Path, sockets: Path
) -> None:
    with running(binaries, tmp_path, sockets):
        pass
    process = subprocess.Popen([binaries.program("postgres"), "--version"], stdout=subprocess.DEVNULL)
    process.wait(30)
    # A server's file that names a process which has ended, as kill -9 leaves it.
    stale = tmp_path / "postgres" / "postmaster.pid"
    stale.write_text(f"{process.pid}\n{tmp_path}\n", encoding="utf-8")
    with running(binaries, tmp_path, sockets) as server:
        assert value(server, "SELECT 1") == 1


def test_a_stale_pid_that_is_somebody_else_now_is_no_hindrance(
    binaries: PostgresBinaries, tmp_path: Path, sockets: Path
) -> None:
    """PostgreSQL alone would take any living process of ours for a server."""
    with running(binaries, tmp_path, sockets):
        pass
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        stale = tmp_path / "postgres" / "postmaster.pid"
        stale.write_text(f"{other.pid}\n{tmp_path}\n", encoding="utf-8")
        with running(binaries, tmp_path, sockets) as server:
            assert value(server, "SELECT 1") == 1
        other.kill()


def test_a_crash_loses_nothing(binaries: PostgresBinaries, tmp_path: Path, sockets: Path) -> None:
    with running(binaries, tmp_path, sockets) as server:
        with psycopg.connect(server.url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
        server.part.process.send_signal(signal.SIGKILL)
        server.part.process.wait(30)
        assert server.part.exit_code() == -signal.SIGKILL
        for left in (sockets / "pg").iterdir():
            left.unlink()
    with running(binaries, tmp_path, sockets) as server:
        assert value(server, "SELECT number FROM kept") == 7


def test_a_server_that_cannot_start_says_why(
    binaries: PostgresBinaries, tmp_path: Path, sockets: Path
) -> None:
    with running(binaries, tmp_path, sockets):
        pass
    (tmp_path / "postgres" / "postgresql.conf").write_text("nonsense = 1\n", encoding="utf-8")
    with (
        pytest.raises(Problem, match='unrecognized configuration parameter "nonsense"'),
        running(binaries, tmp_path, sockets),
    ):
        pass


def test_an_interrupted_first_start_is_begun_anew(
    binaries: PostgresBinaries, tmp_path: Path, sockets: Path
) -> None:
    half_made = tmp_path / "postgres.new"
    half_made.mkdir()
    (half_made / "PG_VERSION").write_text("18\n", encoding="utf-8")
    with running(binaries, tmp_path, sockets) as server:
        assert value(server, "SELECT 1") == 1
    assert not half_made.exists()
