"""Tests of lib/jobs/drain.py: handlers that take long, or for ever."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from lib.composition import Composition
from lib.errors import WorkFailed
from lib.jobs.enqueue import NewJob
from lib.jobs.kind import RunningJob
from lib.jobs.worker import HUNG_NAME
from tests.conftest import Database, FakeClock
from tests.jobs.conftest import Queue


class TestLongJobs:
    def test_a_long_job_keeps_its_lease(
        self, composed: Callable[..., Composition], database: Database
    ) -> None:
        """The heartbeat extends what runs and what waits, however long it takes."""
        services = composed(BACKGROUND_JOB_LEASE_MS="900", BACKGROUND_JOB_HEARTBEAT_MS="100").services
        assert services is not None
        queue = Queue(services, database)
        ends: list[tuple[object, ...]] = []

        def wait_for_beats(_job: RunningJob) -> None:
            first = database.rows(
                "SELECT id, lease_expires_at FROM jobs WHERE status = 'running' ORDER BY id"
            )
            ended = time.monotonic() + 20
            while time.monotonic() < ended:
                now = database.rows(
                    "SELECT id, lease_expires_at FROM jobs WHERE status = 'running' ORDER BY id"
                )
                if all(after[1] > before[1] for before, after in zip(first, now, strict=True)):
                    ends.extend(now)
                    return

        queue.handle("test.long", wait_for_beats)
        queue.put("test.long")
        queue.put("test.long")

        assert queue.drain(workers=1, limit=2).succeeded == 2
        assert len(ends) >= 2

    def test_nothing_waits_behind_a_slow_one_of_a_quick_kind(self, queue: Queue) -> None:
        """What was begun together with it goes to others, and the ends before it are recorded meanwhile."""
        slow: list[int] = []

        def usually_quick(job: RunningJob) -> None:
            if job.id != 45:
                return
            ended = time.monotonic() + 20
            while time.monotonic() < ended:
                if queue.statuses().get("succeeded") == 59:
                    slow.append(job.id)
                    return

        queue.handle("test.quick", usually_quick)
        queue.put_all([NewJob(kind="test.quick", payload={}) for _ in range(60)])

        assert queue.drain(workers=2).succeeded == 60
        assert slow == [45]
        assert len(queue.began) == 60


class TestDeadline:
    def test_hung_handler(self, queue: Queue, clock: FakeClock) -> None:
        """Past BACKGROUND_JOB_TIMEOUT_MS it is given up and retried (failure D4); its late end is void."""
        release, ended = threading.Event(), threading.Event()

        def hang(_job: RunningJob) -> None:
            clock.advance(31)
            release.wait()
            ended.set()

        queue.services = replace(queue.services, clock=clock)
        queue.handle("test.hangs", hang)
        hung = queue.put("test.hangs").job_id
        others = [queue.put().job_id for _ in range(5)]

        summary = queue.drain(budget_ms=120_000, workers=1)
        release.set()
        assert ended.wait(10)

        assert (summary.failed, summary.retried, summary.succeeded) == (1, 1, 5)
        job = queue.job(hung)
        assert (job["status"], job["attempt"], job["crashes"]) == ("scheduled", 1, 0)
        assert job["last_error"].startswith("JobDeadlineExceeded: The handler ran longer than")
        assert all(queue.job(job_id)["status"] == "succeeded" for job_id in others)

    def test_a_handler_that_outlives_the_drain(self, queue: Queue, clock: FakeClock) -> None:
        """Still running when the drain must end: interrupted, not failed; its late end is void."""
        release, ended = threading.Event(), threading.Event()

        def outlive(_job: RunningJob) -> None:
            clock.advance(19.5)
            release.wait()
            ended.set()

        queue.services = replace(queue.services, clock=clock)
        queue.handle("test.outlives", outlive)
        job_id = queue.put("test.outlives").job_id

        summary = queue.drain(budget_ms=20_000)
        release.set()
        assert ended.wait(10)

        assert (summary.skipped, summary.processed, summary.stopped_because) == (1, 0, "budget")
        job = queue.job(job_id)
        assert (job["status"], job["attempt"], job["crashes"], job["reschedules"]) == ("pending", 0, 0, 1)
        assert job["last_error"] == "Interrupted: it still ran when the drain had to end."

    def test_too_many_hang(self, queue: Queue, clock: FakeClock) -> None:
        """At twice as many hung handlers as workers the drain stops; the next says why and begins none."""
        release = threading.Event()

        def hang(_job: RunningJob) -> None:
            clock.advance(31)
            release.wait()

        queue.services = replace(queue.services, clock=clock)
        queue.handle("test.hangs", hang)
        queue.put_all([NewJob(kind="test.hangs", payload={}) for _ in range(5)])
        try:
            summary = queue.drain(budget_ms=600_000, workers=1)
            assert (summary.failed, summary.stopped_because) == (2, "budget")
            with pytest.raises(WorkFailed, match="restart"):
                queue.drain(budget_ms=600_000, workers=1)
        finally:
            release.set()
            for thread in threading.enumerate():
                if thread.name == HUNG_NAME:
                    thread.join(10)
