from datetime import timedelta

import pytest

from lib.errors import StoreUnavailable
from lib.jobs.enqueue import NewJob
from lib.jobs.kind import RunningJob
from lib.jobs.outcomes import Permanent, Reschedule
from lib.jobs.summary import DrainSummary
from tests.jobs.conftest import Handler, Queue

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
        queue.handle("test.stops", lambda _job: queue.services.stopping.ask())
        queue.put("test.stops")
        queue.put_all([NewJob(kind="test.probe", payload={}) for _ in range(20)])

        summary = queue.drain(workers=1)

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


class TestEnds:
    """What becomes of jobs by how their handlers end, through a whole drain."""

    def test_counts(self, queue: Queue) -> None:
        later = queue.database.value("SELECT everytick_now() + interval '1 hour'")

        def raising(error: Exception) -> Handler:
            def fail(_job: RunningJob) -> None:
                raise error

            return fail

        queue.handle("test.fails", raising(ValueError("no")))
        queue.handle("test.never", raising(Permanent("never")))
        queue.handle("test.later", raising(Reschedule(later, "closed")))
        for kind in ("test.fails", "test.never", "test.later", "test.probe"):
            queue.put(kind)

        summary = queue.drain().as_json()

        assert counted(summary) == COUNTS | {
            "claimed": 4,
            "processed": 4,
            "succeeded": 1,
            "failed": 2,
            "retried": 1,
            "rescheduled": 1,
            "dead": 1,
        }

    def test_reschedules_are_no_attempts(self, queue: Queue) -> None:
        """Ten times "not now", then one failure: one attempt of five is used (failure L8)."""
        moves = [*range(10)]

        def wait(job: RunningJob) -> None:
            assert job.attempt == 0
            if moves:
                moves.pop()
                raise Reschedule(job.created_at, "outside the schedule")
            raise ValueError("no")

        queue.handle("test.waits", wait)
        job_id = queue.put("test.waits").job_id
        for minute in range(11):
            queue.database.shift_clock(timedelta(minutes=minute))
            queue.drain()

        job = queue.job(job_id)
        assert (job["attempt"], job["reschedules"], job["status"]) == (1, 10, "scheduled")

    def test_a_job_fails_until_it_is_dead(self, queue: Queue) -> None:
        def fail(_job: RunningJob) -> None:
            raise ValueError("no")

        queue.handle("test.fails", fail, max_attempts=3)
        job_id = queue.put("test.fails").job_id
        for minute in range(5):
            queue.database.shift_clock(timedelta(minutes=minute))
            queue.drain()

        assert len(queue.began) == 3
        assert (queue.job(job_id)["status"], queue.job(job_id)["attempt"]) == ("dead", 3)

    def test_a_worker_that_slept_past_its_lease(self, queue: Queue) -> None:
        """A second takes over and finishes; the first's end changes nothing (failure L6)."""
        inner: list[DrainSummary] = []

        def sleep_and_be_overtaken(job: RunningJob) -> None:
            if job.crashes == 0:
                queue.database.shift_clock(timedelta(minutes=2))
                inner.append(queue.drain())
                raise ValueError("the late one must not be heard")

        queue.handle("test.sleeps", sleep_and_be_overtaken)
        job_id = queue.put("test.sleeps").job_id

        summary = queue.drain()

        assert (inner[0].released_stale, inner[0].succeeded) == (1, 1)
        assert (summary.claimed, summary.processed, summary.skipped) == (1, 0, 1)
        job = queue.job(job_id)
        assert (job["status"], job["attempt"], job["crashes"]) == ("succeeded", 1, 1)
        assert "late one" not in job["last_error"]

    def test_suspects_run_alone(self, queue: Queue) -> None:
        """A job with crashes runs with nothing beside it, and neither starves nor is starved (L7)."""
        running, beside = set[int](), list[set[int]]()

        def watch(job: RunningJob) -> None:
            running.add(job.id)
            if job.crashes:
                beside.append(running - {job.id})
            running.discard(job.id)

        queue.handle("test.watched", watch)
        queue.put_all([NewJob(kind="test.watched", payload={}) for _ in range(60)])
        queue.database.run("UPDATE jobs SET crashes = 1 WHERE mod(id, 10) = 0")

        summary = queue.drain()

        assert summary.succeeded == 60
        assert beside == [set()] * 6
        place = [queue.began.index(job_id) for job_id in range(10, 61, 10)]
        assert place[0] < 50, "the first suspect follows the first batch"

    def test_a_limit_counts_suspects(self, queue: Queue) -> None:
        queue.put_all([NewJob(kind="test.probe", payload={}) for _ in range(3)])
        queue.database.run("UPDATE jobs SET crashes = 1")
        assert (queue.drain(limit=2).claimed, queue.drain(limit=2).claimed) == (2, 1)

    def test_other_errors_of_ours_are_raised(self, queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
        """A fault in a worker's own code does not die silently in its thread."""

        def broken(*_: object, **__: object) -> None:
            raise ZeroDivisionError

        monkeypatch.setattr("lib.jobs.worker.execute_job", broken)
        queue.put()
        with pytest.raises(ZeroDivisionError):
            queue.drain()
