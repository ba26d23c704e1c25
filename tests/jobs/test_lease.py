from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from lib.jobs.claim import Claimer
from lib.jobs.job import ClaimedJob
from lib.jobs.kind import Uniqueness
from lib.jobs.lease import begin, extend, release_expired
from lib.rollout.controls import Paused
from tests.jobs.conftest import Queue

LEASE_MS = 60_000


def claim(queue: Queue, batch: int = 100) -> list[ClaimedJob]:
    with queue.services.store.transaction() as connection:
        claimer = Claimer(holder="test", lease_ms=LEASE_MS, start=UUID(int=0))
        return claimer.claim(connection, batch, Paused())


def started(queue: Queue, *jobs: ClaimedJob) -> set[int]:
    with queue.services.store.transaction() as connection:
        return begin(connection, jobs, lease_ms=LEASE_MS)


def beat(queue: Queue, *jobs: ClaimedJob) -> None:
    with queue.services.store.transaction() as connection:
        extend(connection, jobs, lease_ms=LEASE_MS)


def release(queue: Queue, batch: int = 500) -> list[tuple[int, str | None]]:
    with queue.services.store.transaction() as connection:
        return [(one.settlement.job_id, one.status) for one in release_expired(connection, batch)]


def row(queue: Queue, job_id: int) -> tuple[Any, ...]:
    (found,) = queue.database.rows(
        "SELECT status, attempt, crashes, lease_token, last_error FROM jobs WHERE id = %s", job_id
    )
    return found


def shift(queue: Queue, seconds: float) -> None:
    queue.database.shift_clock(timedelta(seconds=seconds))


class TestExpiry:
    def test_only_what_had_begun_is_suspected(self, queue: Queue) -> None:
        """A batch dies with its worker: what had not begun is innocent, no attempt is charged (L7)."""
        ids = [queue.put().job_id for _ in range(3)]
        jobs = claim(queue)
        started(queue, jobs[1])
        shift(queue, 61)

        assert sorted(release(queue)) == [(job_id, "pending") for job_id in ids]

        assert row(queue, ids[0]) == ("pending", 0, 0, None, None)
        assert row(queue, ids[1])[:4] == ("pending", 0, 1, None)
        assert row(queue, ids[1])[4] == "Its worker test died or fell silent while it ran (crash 1)."

    def test_crashes_have_an_end(self, queue: Queue) -> None:
        """`crashes >= max_attempts` makes it dead (failure L7)."""
        queue.handle("test.twice", max_attempts=2)
        job_id = queue.put("test.twice").job_id
        started(queue, *claim(queue))
        shift(queue, 61)
        release(queue)
        queue.database.run("UPDATE jobs SET crashes = 0")  # claimed as an ordinary job once more
        again = claim(queue)
        queue.database.run("UPDATE jobs SET crashes = 1")
        started(queue, *again)
        shift(queue, 200)

        assert release(queue) == [(job_id, "dead")]
        assert row(queue, job_id)[:3] == ("dead", 0, 2)

    def test_a_live_lease_is_left_alone(self, queue: Queue) -> None:
        queue.put()
        claim(queue)
        shift(queue, 59)
        assert release(queue) == []

    def test_batches(self, queue: Queue) -> None:
        for _ in range(5):
            queue.put()
        claim(queue)
        shift(queue, 61)
        assert [len(release(queue, 2)) for _ in range(4)] == [2, 2, 1, 0]

    def test_merged_with_its_twin(self, queue: Queue) -> None:
        """An expired `while_queued` job whose key is queued again is merged, and stops no other."""
        queue.handle("test.mark", uniqueness=Uniqueness.WHILE_QUEUED)
        first = queue.put("test.mark", dedupe_key="k").job_id
        other = queue.put().job_id
        started(queue, *claim(queue))
        queue.put("test.mark", dedupe_key="k")
        shift(queue, 61)

        assert sorted(release(queue)) == [(first, "discarded"), (other, "pending")]


class TestHeartbeat:
    def test_extends_what_is_ours(self, queue: Queue) -> None:
        queue.put()
        (job,) = claim(queue)
        shift(queue, 50)
        beat(queue, job)
        shift(queue, 100)
        assert release(queue) == []
        shift(queue, 111)
        assert release(queue) == [(job.id, "pending")]

    def test_extends_nothing_lost(self, queue: Queue) -> None:
        """A lease that passed to another is not touched (failure L6)."""
        queue.put()
        (first,) = claim(queue)
        shift(queue, 61)
        release(queue)
        (second,) = claim(queue)
        before = queue.database.value("SELECT lease_expires_at FROM jobs")
        shift(queue, 90)
        beat(queue, first)
        assert queue.database.value("SELECT lease_expires_at FROM jobs") == before
        assert second.token != first.token

    def test_waits_for_nobody(self, queue: Queue) -> None:
        """A row that is being settled is passed over: waiting could deadlock with its worker."""
        queue.put()
        (job,) = claim(queue)
        with queue.services.store.transaction() as other:
            other.execute("SELECT id FROM jobs FOR UPDATE")
            beat(queue, job)


class TestBegin:
    def test_only_what_is_still_ours(self, queue: Queue) -> None:
        """A job whose lease passed on between claim and begin is not run."""
        queue.put()
        queue.put()
        first, second = claim(queue)
        queue.database.run("UPDATE jobs SET lease_token = gen_random_uuid() WHERE id = %s", first.id)
        assert started(queue, first, second) == {second.id}

    def test_a_full_lease(self, queue: Queue) -> None:
        queue.put()
        (job,) = claim(queue)
        shift(queue, 50)
        started(queue, job)
        shift(queue, 100)
        assert release(queue) == []

    @pytest.mark.parametrize("batch", [1, 20])
    def test_a_new_claim_forgets_the_last_beginning(self, queue: Queue, batch: int) -> None:
        queue.put()
        started(queue, *claim(queue))
        queue.database.run(
            "UPDATE jobs SET status = 'pending', lease_token = NULL, leased_by = NULL,"
            " lease_expires_at = NULL"
        )
        claim(queue, batch)
        assert queue.database.value("SELECT started_at FROM jobs") is None
