"""SIGTERM wherever work runs: real processes, told to end in the middle of a tick (design §7)."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import pytest
import requests

from tests.conftest import CRON_SECRET, Database
from tests.environment.cases import PLACES

ROOT = Path(__file__).parents[2]
PLATFORM = """
import os, sys
from werkzeug.serving import make_server
import app
import lib.stop_signals
if len(sys.argv) > 2:
    lib.stop_signals.PLATFORM_ENDS_MS = int(sys.argv[2])
server = make_server("127.0.0.1", int(sys.argv[1]), app.app, threaded=True)
server.serve_forever()
"""
"""As Vercel's runtime does it: the app is imported and served by the main thread, requests have their own."""
ON_PLATFORM: Final = {**PLACES["vercel production"], "VERCEL_IPC_PATH": "/nowhere"}
RUNS: Final = (
    "SELECT status, summary ->> 'stoppedBecause' FROM runs WHERE job_name = 'process-background-jobs'"
)
COUNTS: Final = "SELECT sum(attempt), sum(crashes), sum(reschedules) FROM jobs"

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start(environ: dict[str, str]) -> Iterator[Start]:
    """Start a process on the test's stores; none is left behind."""
    kept = {name: os.environ[name] for name in os.environ if name in ("PATH", "HOME") or "COV" in name}
    started: list[subprocess.Popen[str]] = []

    def make(*command: str, **changes: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, *command],
            cwd=ROOT,
            env={**kept, **environ, **changes},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield make
    for process in started:
        process.kill()
        process.communicate(timeout=30)


def fill(database: Database, *, seconds: int = 30) -> None:
    """A job for each of the four workers, which take so long, and others behind them."""
    database.run(
        "INSERT INTO jobs (kind, status, payload, priority)"
        " SELECT 'system.noop', 'pending', jsonb_build_object('sleepMs', 1000 * %s), 1"
        " FROM generate_series(1, 4)",
        seconds,
    )
    database.run(
        "INSERT INTO jobs (kind, status) SELECT 'system.noop', 'pending' FROM generate_series(1, 20)"
    )


def until(database: Database, query: str) -> None:
    """Wait until `query` answers true; at most a minute."""
    end = time.monotonic() + 60
    while not database.value(query):
        assert time.monotonic() < end, query
        time.sleep(0.01)


def at_work(database: Database) -> None:
    """Wait until the long jobs have begun."""
    until(database, "SELECT count(*) = 4 FROM jobs WHERE status = 'running' AND started_at IS NOT NULL")


def all_given_back(database: Database) -> None:
    """Everything is due again, what ran was interrupted and not failed, and nobody holds anything."""
    assert database.rows("SELECT status, count(*) FROM jobs GROUP BY 1") == [("pending", 24)]
    assert database.rows(COUNTS) == [(0, 0, 4)]
    assert database.rows("SELECT name FROM leases WHERE holder IS NOT NULL") == []


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


class Ticking:
    """A call of the cron route of a server that has just been started, in a thread of its own."""

    def __init__(self, port: int) -> None:
        self._url = f"http://127.0.0.1:{port}/api/cron/background-jobs"
        self._answers: list[requests.Response] = []
        self._thread = threading.Thread(target=self._call, daemon=True)
        self._thread.start()

    def _call(self) -> None:
        end = time.monotonic() + 60
        while time.monotonic() < end:
            with suppress(requests.ConnectionError):
                headers = {"Authorization": f"Bearer {CRON_SECRET}"}
                self._answers.append(requests.get(self._url, headers=headers, timeout=60))
                return
            time.sleep(0.05)

    def answer(self) -> dict[str, Any]:
        """What it answered in the end."""
        self._thread.join(60)
        (answer,) = self._answers
        assert answer.status_code == 200
        body: dict[str, Any] = answer.json()
        return body


def test_a_tick_by_command(start: Start, database: Database) -> None:
    """What runs may end in its time, what has not begun is given back as it was, and exit code 7 says so."""
    fill(database, seconds=5)
    process = start("-m", "flask", "tick", "--json")
    at_work(database)
    process.send_signal(signal.SIGTERM)
    said, errors = process.communicate(timeout=60)
    assert process.returncode == 7, errors
    answer = json.loads(said)
    assert (answer["mode"], answer["degraded"], answer["process"]["stoppedBecause"]) == (
        "inline",
        True,
        "shutdown",
    )
    assert database.rows("SELECT status, count(*) FROM jobs GROUP BY 1 ORDER BY 1") == [
        ("pending", 20),
        ("succeeded", 4),
    ]
    assert database.rows(COUNTS) == [(4, 0, 0)]
    assert database.rows("SELECT name FROM leases WHERE holder IS NOT NULL") == []
    assert database.rows(RUNS) == [("degraded", "shutdown")]


def test_a_second_signal_ends_a_command_at_once(start: Start, database: Database) -> None:
    """It does what it did before: what ran is left to its lease."""
    fill(database)
    process = start("-m", "flask", "tick", "--json")
    at_work(database)
    process.send_signal(signal.SIGTERM)
    until(database, "SELECT count(*) = 4 FROM jobs WHERE status = 'running'")
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGTERM


def test_a_tick_of_a_server(start: Start, database: Database) -> None:
    """Gunicorn's master gets the signal, its worker ends the tick, and the tick is answered."""
    fill(database)
    port = free_port()
    server = start("-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--graceful-timeout", "3", "app:app")
    tick = Ticking(port)
    at_work(database)
    server.send_signal(signal.SIGTERM)
    answer = tick.answer()
    assert (answer["degraded"], answer["process"]["stoppedBecause"]) == (True, "shutdown")
    _, errors = server.communicate(timeout=60)
    assert server.returncode == 0, errors
    all_given_back(database)
    assert database.rows(RUNS) == [("degraded", "shutdown")]


def test_a_tick_on_the_platform(start: Start, database: Database) -> None:
    """What runs has a quarter of a second, then everything is given back and the tick is answered."""
    database.run("UPDATE environment_stamp SET kind = 'production'")
    fill(database)
    port = free_port()
    server = start("-c", PLATFORM, str(port), "60000", **ON_PLATFORM)
    tick = Ticking(port)
    at_work(database)
    server.send_signal(signal.SIGTERM)
    answer = tick.answer()
    assert (answer["degraded"], answer["process"]["stoppedBecause"]) == (True, "shutdown")
    all_given_back(database)
    assert database.rows(RUNS) == [("degraded", "shutdown")]


def test_an_instance_of_the_platform_ends_by_itself(start: Start, database: Database) -> None:
    """One that lived on would begin no work for ever; the platform's half second is not waited for."""
    database.run("UPDATE environment_stamp SET kind = 'production'")
    port = free_port()
    server = start("-c", PLATFORM, str(port), **ON_PLATFORM)
    assert Ticking(port).answer()["success"]
    server.send_signal(signal.SIGTERM)
    _, errors = server.communicate(timeout=60)
    assert server.returncode == -signal.SIGALRM, errors


def test_importing_the_app_installs_nothing(start: Start) -> None:
    """Whoever loads the app elsewhere keeps their own way to end."""
    code = "import signal, app; print(signal.getsignal(signal.SIGTERM) is signal.SIG_DFL)"
    said, errors = start("-c", code).communicate(timeout=60)
    assert said.strip() == "True", errors
