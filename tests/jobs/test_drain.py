import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from lib.errors import StoreUnavailable
from lib.jobs.enqueue import NewJob
from lib.jobs.kind import RunningJob
from tests.conftest import FakeClock
from tests.jobs.conftest import Queue

COUNTS = {
    "releasedStale": 0,
    "claimed": 0,
    "processed": 0,
    "succeeded": 0,
    "failed": 0,
    "retried": 0,
    "rescheduled": 0,
    "dead": 0,
    "skipped": 0,
    "remaining": 0,
}


def counted(summary: dict[str, object]) -> dict[str, object]:
    return {name: count for name, count in summary.items() if name not in ("durationMs", "stoppedBecause")}


class TestDrain:
    def test_empty_queue(self, queue: Queue) -> None:
        """Nothing due: every count is 0 and the drain says that the queue was empty."""
        summary = queue.drain().as_json()

        assert counted(summary) == COUNTS
        assert summary["stoppedBecause"] == "empty"

    def test_all_due_jobs_are_done(self, queue: Queue) -> None:
        queue.put_all([NewJob(kind="test.probe", payload={}) for _ in range(250)])

        summary = queue.drain().as_json()

        assert counted(summary) == COUNTS | {"claimed": 250, "processed": 250, "succeeded": 250}
        assert list(range(1, 251)) == sorted(queue.began)
        assert queue.statuses() == {"succeeded": 250}

    def test_limit(self, queue: Queue) -> None:
        """No more than the limit is claimed; the rest is left as it was."""
        queue.put_all([NewJob(kind="test.probe", payload={}) for _ in range(30)])

        summary = queue.drain(limit=12).as_json()

        assert counted(summary) == COUNTS | {"claimed": 12, "processed": 12, "succeeded": 12, "remaining": 18}
        assert summary["stoppedBecause"] == "limit"
        assert queue.statuses() == {"succeeded": 12, "pending": 18}

    def test_no_time_to_claim(self, queue: Queue) -> None:
        """With less time than the reserve nothing is claimed."""
        queue.put()

        summary = queue.drain(budget_ms=7_000).as_json()

        assert counted(summary) == COUNTS | {"remaining": 1}
        assert summary["stoppedBecause"] == "budget"

    def test_shutdown_gives_back_what_has_not_begun(self, queue: Queue) -> None:
        """Interrupted is not failed: given back as it was, no attempt charged."""
        stop = threading.Event()
        queue.handle("test.stops", lambda _job: stop.set())
        queue.put("test.stops")
        queue.put_all([NewJob(kind="test.probe", payload={}) for _ in range(20)])

        summary = queue.drain(stop=stop, workers=1)

        assert summary.stopped_because == "shutdown"
        assert (summary.processed + summary.skipped) == summary.claimed
        assert summary.processed == len(queue.began)
        assert {"succeeded": summary.processed, "pending": 21 - summary.processed} == queue.statuses()
        assert queue.database.rows(
            "SELECT sum(attempt), sum(crashes), sum(reschedules) FROM jobs WHERE status = 'pending'"
        )[0] == (0, 0, 0)

    def test_jobs_enqueued_by_jobs_are_done_too(self, queue: Queue) -> None:
        queue.handle("test.follows", lambda _job: queue.put())
        queue.put("test.follows")

        assert queue.drain().succeeded == 2

    def test_scheduled_jobs_wait_for_their_time(self, queue: Queue) -> None:
        """A job is scheduled until due by the database's clock, then promoted (design §7)."""
        later = queue.database.value("SELECT everytick_now() + interval '1 hour'")
        made = queue.put(run_at=later)
        assert queue.job(made.job_id)["status"] == "scheduled"

        assert queue.drain().claimed == 0
        queue.database.shift_clock(timedelta(hours=1, seconds=1))
        assert queue.drain().succeeded == 1

    def test_bad_rows_die_and_the_rest_goes_on(self, queue: Queue) -> None:
        """Unknown kind or bad payload: dead with a clear error and no attempt charged, the rest goes on."""
        made = [queue.put().job_id for _ in range(3)]
        queue.database.run("UPDATE jobs SET kind = 'test.unheard_of' WHERE id = %s", made[0])
        queue.database.run("""UPDATE jobs SET payload = '{"wrong": 1}' WHERE id = %s""", made[1])

        summary = queue.drain().as_json()

        assert counted(summary) == COUNTS | {
            "claimed": 3,
            "processed": 3,
            "succeeded": 1,
            "failed": 2,
            "dead": 2,
        }
        unknown, bad = queue.job(made[0]), queue.job(made[1])
        assert (unknown["status"], unknown["attempt"]) == ("dead", 0)
        assert unknown["last_error"].startswith("UnknownJobKind: No handler is registered for the kind")
        assert (bad["status"], bad["attempt"]) == ("dead", 0)
        assert bad["last_error"] == (
            "InvalidPayload: The stored payload does not fit 'test.probe' (wrong: Extra inputs are not "
            "permitted): discard the job and enqueue it anew."
        )

    def test_database_away(self, queue: Queue) -> None:
        """The database gone in the middle: StoreUnavailable, and the leases run out by themselves."""

        def cut(_job: RunningJob) -> None:
            queue.services.store.close()

        queue.handle("test.cuts", cut)
        queue.put("test.cuts")

        with pytest.raises(StoreUnavailable):
            queue.drain()

        assert queue.statuses() == {"running": 1}


class TestDeadline:
    def test_hung_handler(self, queue: Queue, clock: FakeClock) -> None:
        """A handler past BACKGROUND_JOB_TIMEOUT_MS is given up and retried; its late end is void."""
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
