from typing import Any

import psycopg
import pytest

from lib.errors import StoreTimedOut
from lib.jobs import operate
from lib.jobs.kind import Uniqueness
from lib.jobs.operate import Operated, dead_jobs, discard_jobs, retry_jobs
from tests.jobs.conftest import Queue


@pytest.fixture
def queue(queue: Queue) -> Queue:
    queue.handle("test.mark", uniqueness=Uniqueness.WHILE_QUEUED)
    queue.handle("test.send", uniqueness=Uniqueness.WHILE_ACTIVE)
    return queue


def retry(queue: Queue, *job_ids: int) -> list[Operated]:
    with queue.services.store.transaction() as connection:
        return retry_jobs(connection, job_ids, actor="test")


def bury(queue: Queue, *job_ids: int) -> None:
    queue.database.run(
        "UPDATE jobs SET status = 'dead', finished_at = everytick_now(), last_error = 'x', attempt = 5,"
        " crashes = 2, reschedules = 3 WHERE id = ANY(%s)",
        list(job_ids),
    )


class TestRetry:
    def test_all_its_attempts_again(self, queue: Queue) -> None:
        job_id = queue.put().job_id
        bury(queue, job_id)

        assert retry(queue, job_id) == [Operated(job_id=job_id, status="dead", changed=True)]

        job = queue.job(job_id)
        assert (job["status"], job["attempt"], job["crashes"], job["reschedules"]) == ("pending", 0, 0, 0)
        assert queue.drain().succeeded == 1

    @pytest.mark.parametrize("kind", ["test.mark", "test.send"])
    def test_a_live_twin_stands_in_the_way(self, queue: Queue, kind: str) -> None:
        """Its work is done by the other; the rest of the batch is retried all the same."""
        dead, other = queue.put(kind, dedupe_key="k").job_id, queue.put().job_id
        bury(queue, dead, other)
        twin = queue.put(kind, dedupe_key="k").job_id

        done = retry(queue, dead, other)

        assert [one.problem for one in done] == [f"job {twin} with the same dedupe key does its work", None]

    def test_two_dead_with_one_key(self, queue: Queue) -> None:
        """The newer one is retried; the older is covered by it."""
        first = queue.put("test.send", dedupe_key="k").job_id
        bury(queue, first)
        second = queue.put("test.send", dedupe_key="k").job_id
        bury(queue, second)

        assert [(one.changed, one.twin) for one in retry(queue, first, second)] == [
            (False, second),
            (True, None),
        ]

    def test_unknown(self, queue: Queue) -> None:
        assert [one.problem for one in retry(queue, 7)] == ["there is no such job"]

    def test_twins_that_come_too_fast(self, queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
        """Tried again a few times, then refused as any time-out is."""

        def collide(*_: Any, **__: Any) -> list[Operated]:
            raise psycopg.errors.UniqueViolation

        monkeypatch.setattr(operate, "_operate", collide)
        with pytest.raises(StoreTimedOut):
            retry(queue, 1)


class TestDiscard:
    def test_keeps_the_error(self, queue: Queue) -> None:
        """Who, why, and what was wrong before."""
        job_id = queue.put().job_id
        bury(queue, job_id)
        with queue.services.store.transaction() as connection:
            discard_jobs(connection, [job_id], actor="me", reason="no use")
        assert queue.job(job_id)["last_error"] == "discarded by me: no use; x"

    def test_a_running_one_is_left_to_end(self, queue: Queue) -> None:
        problems = []

        def operate_on(job_id: int) -> None:
            with queue.services.store.transaction() as connection:
                (done,) = discard_jobs(connection, [job_id], actor="me", reason="x")
            problems.append(done.problem)

        queue.handle("test.self", lambda job: operate_on(job.id))
        queue.put("test.self")
        assert queue.drain().succeeded == 1
        assert problems == ["it is running"]


def test_dead_jobs(queue: Queue) -> None:
    ids = [queue.put().job_id for _ in range(3)]
    bury(queue, *ids[:2])
    with queue.services.store.transaction() as connection:
        assert sorted(dead_jobs(connection, 10)) == ids[:2]
        assert len(dead_jobs(connection, 1)) == 1
