"""Workers that die: real processes, killed for real (design §11)."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from lib.jobs.enqueue import NewJob
from tests.conftest import Database
from tests.jobs.conftest import Queue
from tests.jobs.effects import effects_table

ROOT = Path(__file__).parents[2]


class Processes:
    """Starts drains in processes of their own; none is left behind."""

    def __init__(self, environ: dict[str, str]) -> None:
        kept = {name: os.environ[name] for name in os.environ if name in ("PATH", "HOME") or "COV" in name}
        self._environ = {**kept, **environ, "PYTHONPATH": str(ROOT)}
        self.started: list[subprocess.Popen[str]] = []

    def drain(self, *arguments: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.jobs.drain_process", "--json", *arguments],
            cwd=ROOT,
            env=self._environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.started.append(process)
        return process


@pytest.fixture
def processes(environ: dict[str, str]) -> Iterator[Processes]:
    made = Processes(environ)
    yield made
    for process in made.started:
        process.kill()
        process.communicate(timeout=30)


@pytest.fixture
def effects(database: Database) -> Iterator[Database]:
    with effects_table(database):
        yield database


def until(database: Database, query: str) -> None:
    """Wait until `query` answers true; at most a minute."""
    end = time.monotonic() + 60
    while not database.value(query):
        assert time.monotonic() < end, query


def shift(database: Database, minutes: int) -> None:
    database.shift_clock(timedelta(minutes=minutes))


@pytest.fixture
def queue(queue: Queue) -> Queue:
    for name in ("test.works", "test.kills", "test.blocks"):
        queue.handle(name)
    return queue


class TestKilled:
    def test_killed_in_the_middle(self, queue: Queue, processes: Processes, effects: Database) -> None:
        """Kill -9 in a drain: after the lease its jobs are done by another, each completed once (L6)."""
        queue.put_all([NewJob(kind="test.works", payload={}) for _ in range(20)])
        queue.put_all([NewJob(kind="test.blocks", payload={}) for _ in range(2)])
        queue.put_all([NewJob(kind="test.works", payload={}) for _ in range(40)])
        first = processes.drain("--workers", "2")
        until(effects, "SELECT count(*) = 2 FROM test_effects WHERE what = 'began'")
        first.send_signal(signal.SIGKILL)
        first.wait(30)
        begun = queue.database.value(
            "SELECT count(*) FROM jobs WHERE status = 'running' AND started_at IS NOT NULL"
        )

        before, _ = processes.drain().communicate(timeout=60)
        assert queue.statuses()["running"] >= 2, "nobody takes what is under a live lease"
        shift(effects, 2)
        second = processes.drain()
        summary, errors = second.communicate(timeout=60)

        assert second.returncode == 0, errors
        assert '"releasedStale": 0' in before
        assert '"releasedStale": ' in summary
        assert queue.statuses() == {"succeeded": 62}
        assert queue.database.rows("SELECT DISTINCT attempt FROM jobs") == [(1,)], "each ended once"
        assert queue.database.value("SELECT count(*) FROM jobs WHERE crashes = 1") == begun
        assert queue.database.value("SELECT max(crashes) FROM jobs") == 1

    def test_poison_among_others(self, queue: Queue, processes: Processes, effects: Database) -> None:
        """A job that kills its worker each time, among 100 others: it alone ends dead (failure L7)."""
        queue.put_all([NewJob(kind="test.works", payload={}) for _ in range(50)])
        poison = queue.put("test.kills").job_id
        queue.put_all([NewJob(kind="test.works", payload={}) for _ in range(50)])

        ends = []
        for life in range(6):
            process = processes.drain()
            _, errors = process.communicate(timeout=60)
            ends.append(process.returncode)
            assert process.returncode in (0, -signal.SIGKILL), errors
            shift(effects, 2 * (life + 1))

        assert ends == [-signal.SIGKILL] * 5 + [0]
        assert queue.statuses() == {"succeeded": 100, "dead": 1}
        dead = queue.job(poison)
        assert (dead["crashes"], dead["attempt"]) == (5, 0)
        assert dead["last_error"].endswith("(crash 5). That was the last that its kind allows.")
        assert queue.database.value("SELECT max(crashes) FROM jobs WHERE status = 'succeeded'") <= 1

    def test_terminated(self, queue: Queue, processes: Processes, effects: Database) -> None:
        """SIGTERM: what has not begun is given back at once, what runs is interrupted, nothing is charged."""
        queue.put_all([NewJob(kind="test.blocks", payload={}) for _ in range(10)])
        process = processes.drain("--workers", "2", "--budget-ms", "20000")
        until(effects, "SELECT count(*) = 2 FROM test_effects WHERE what = 'began'")

        process.send_signal(signal.SIGTERM)
        summary, errors = process.communicate(timeout=30)

        assert process.returncode == 0, errors
        assert '"stoppedBecause": "shutdown"' in summary
        assert queue.statuses() == {"pending": 10}
        assert queue.database.rows("SELECT sum(attempt), sum(crashes), sum(reschedules) FROM jobs") == [
            (0, 0, 2)
        ]
