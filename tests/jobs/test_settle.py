import threading
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from lib.jobs.claim import Claimer
from lib.jobs.job import ClaimedJob
from lib.jobs.kind import Uniqueness
from lib.jobs.retry import RetryDecision, RetryReason, Verdict
from lib.jobs.settle import SETTLE, Settled, Settlement, _parameters, settle
from lib.rollout.controls import Paused
from tests.jobs.conftest import Queue

RETRY = RetryDecision(
    verdict=Verdict.RETRY, reason=RetryReason.FAILED, attempts=1, delay=timedelta(seconds=30)
)
RELEASE = RetryDecision(verdict=Verdict.RELEASE, reason=RetryReason.NOT_BEGUN, attempts=0)
DEAD = RetryDecision(verdict=Verdict.DEAD, reason=RetryReason.PERMANENT, attempts=1)


def claim(queue: Queue, batch: int = 100) -> list[ClaimedJob]:
    with queue.services.store.transaction() as connection:
        claimer = Claimer(holder="test", lease_ms=60_000, start=UUID(int=0))
        return claimer.claim(connection, batch, Paused())


def end(job: ClaimedJob, decision: RetryDecision | None, error: str | None = None) -> Settlement:
    return Settlement(job_id=job.id, token=job.token, kind=job.kind, decision=decision, error=error)


def settle_all(queue: Queue, *settlements: Settlement) -> list[Settled]:
    with queue.services.store.transaction() as connection:
        return settle(connection, settlements)


def row(queue: Queue, job_id: int) -> dict[str, Any]:
    return queue.job(job_id)


@pytest.fixture
def queue(queue: Queue) -> Queue:
    queue.handle("test.mark", uniqueness=Uniqueness.WHILE_QUEUED)
    queue.handle("test.send", uniqueness=Uniqueness.WHILE_ACTIVE)
    return queue


class TestSettle:
    def test_every_end_in_one_batch(self, queue: Queue) -> None:
        for _ in range(4):
            queue.put()
        done, failed, dead, released = claim(queue)

        became = settle_all(
            queue,
            end(done, None),
            end(failed, RETRY, "ValueError: no"),
            end(dead, DEAD, "Permanent: never"),
            end(released, RELEASE),
        )

        assert [one.status for one in became] == ["succeeded", "scheduled", "dead", "pending"]
        rows = queue.database.rows(
            "SELECT status, attempt, last_error, finished_at IS NOT NULL, lease_token, leased_by,"
            " round(extract(epoch FROM run_at - everytick_now()))::int > 25 FROM jobs ORDER BY id"
        )
        assert rows == [
            ("succeeded", 1, None, True, None, None, False),
            ("scheduled", 1, "ValueError: no", False, None, None, True),
            ("dead", 1, "Permanent: never", True, None, None, False),
            ("pending", 0, None, False, None, None, False),
        ]

    def test_only_with_the_token(self, queue: Queue) -> None:
        """A worker that slept past its lease changes nothing when it wakes up (failure L6)."""
        queue.put()
        (first,) = claim(queue)
        settle_all(queue, end(first, RELEASE))
        (second,) = claim(queue)

        (late,) = settle_all(queue, end(first, None))
        assert late.status is None
        assert row(queue, first.id)["lease_token"] == str(second.token)
        (done,) = settle_all(queue, end(second, None))
        assert done.status == "succeeded"
        (again,) = settle_all(queue, end(second, DEAD, "x"))
        assert again.status is None
        assert (row(queue, first.id)["status"], row(queue, first.id)["attempt"]) == ("succeeded", 1)

    def test_a_lost_one_does_not_stop_the_others(self, queue: Queue) -> None:
        queue.put()
        (job,) = claim(queue)
        stranger = Settlement(job_id=job.id + 1, token=uuid4(), kind="x", decision=None)
        assert [one.status for one in settle_all(queue, stranger, end(job, None))] == [None, "succeeded"]

    def test_nothing(self, queue: Queue) -> None:
        assert settle_all(queue) == []

    def test_a_final_state_releases_the_key(self, queue: Queue) -> None:
        queue.put("test.send", dedupe_key="k")
        (job,) = claim(queue)
        assert queue.put("test.send", dedupe_key="k").duplicate
        settle_all(queue, end(job, DEAD, "x"))
        assert not queue.put("test.send", dedupe_key="k").duplicate

    def test_plan(self, queue: Queue) -> None:
        """Settling reads no more than the jobs it is about, however many there are."""
        queue.database.run(
            "INSERT INTO jobs (kind, status, dedupe_key, dedupe_scope)"
            " SELECT 'test.mark', 'pending', 'k' || n, 'while_queued' FROM generate_series(1, 5000) AS n"
        )
        jobs = claim(queue, 50)
        with psycopg.connect(queue.database.url, prepare_threshold=None) as connection:
            ((plans,),) = connection.execute(
                f"EXPLAIN (FORMAT json) {SETTLE}".encode(), _parameters([end(job, RETRY) for job in jobs])
            ).fetchall()
        assert "Seq Scan" not in str(plans)


class TestMerge:
    """A running `while_queued` job that must go back while a new one with its key is queued."""

    @pytest.mark.parametrize(
        ("decision", "error", "last_error"),
        [
            pytest.param(RETRY, "ValueError: no", "superseded by job 2; ValueError: no", id="retry"),
            pytest.param(RELEASE, None, "superseded by job 2", id="given back"),
        ],
    )
    def test_the_queued_one_stays(
        self, queue: Queue, decision: RetryDecision, error: str | None, last_error: str
    ) -> None:
        queue.put("test.mark", dedupe_key="k")
        (running,) = claim(queue)
        twin = queue.put("test.mark", dedupe_key="k").job_id

        (merged,) = settle_all(queue, end(running, decision, error))

        assert (merged.status, merged.superseded_by) == ("discarded", twin)
        assert row(queue, running.id)["last_error"] == last_error
        assert row(queue, running.id)["finished_at"] is not None

    def test_in_a_batch(self, queue: Queue) -> None:
        """A batch does not fail because of one."""
        queue.put("test.mark", dedupe_key="k")
        queue.put("test.mark", dedupe_key="other")
        queue.put()
        jobs = claim(queue)
        queue.put("test.mark", dedupe_key="k")

        became = settle_all(queue, *(end(job, RETRY, "x") for job in jobs))

        assert sorted(str(one.status) for one in became) == ["discarded", "scheduled", "scheduled"]

    def test_two_running_with_one_key(self, queue: Queue) -> None:
        """Both go back in one batch: the newer stays, the older is merged into it."""
        first = queue.put("test.mark", dedupe_key="k").job_id
        (one,) = claim(queue)
        second = queue.put("test.mark", dedupe_key="k").job_id
        (two,) = claim(queue)

        became = settle_all(queue, end(one, RETRY, "x"), end(two, RETRY, "x"))

        assert [(end.status, end.superseded_by) for end in became] == [
            ("discarded", second),
            ("scheduled", None),
        ]
        assert first == one.id

    def test_success_merges_nothing(self, queue: Queue) -> None:
        queue.put("test.mark", dedupe_key="k")
        (job,) = claim(queue)
        queue.put("test.mark", dedupe_key="k")
        assert settle_all(queue, end(job, None))[0].status == "succeeded"

    def test_a_twin_that_is_being_queued(self, queue: Queue) -> None:
        """A twin whose transaction is still open is waited for, then merged into."""
        queue.put("test.mark", dedupe_key="k")
        (job,) = claim(queue)
        became: list[Settled] = []
        with psycopg.connect(queue.database.url) as other:
            other.execute(
                "INSERT INTO jobs (kind, status, dedupe_key, dedupe_scope)"
                " VALUES ('test.mark', 'pending', 'k', 'while_queued')"
            )
            thread = threading.Thread(
                target=lambda: became.extend(settle_all(queue, end(job, RETRY, "ValueError: no")))
            )
            thread.start()
            while not queue.database.value(
                "SELECT EXISTS (SELECT 1 FROM pg_stat_activity"
                " WHERE wait_event_type = 'Lock' AND datname = current_database())"
            ):
                assert thread.is_alive()
            other.commit()
            thread.join(20)

        assert [one.status for one in became] == ["discarded"]
        assert queue.statuses() == {"pending": 1, "discarded": 1}
