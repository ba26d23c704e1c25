from datetime import timedelta

import pytest

from lib.jobs.health import QueueHealth, count_due, queue_health
from tests.jobs.conftest import Queue


def judge(queue: Queue) -> QueueHealth:
    with queue.services.store.transaction() as connection:
        return queue_health(connection, queue.services.settings)


def test_empty(queue: Queue) -> None:
    assert judge(queue).as_json() == {
        "due": 0,
        "oldestDueId": None,
        "oldestDueKind": None,
        "oldestDueAgeSeconds": None,
        "stale": False,
        "running": 0,
        "runningPastLease": 0,
        "dead": 0,
    }


@pytest.mark.parametrize(("minutes", "stale"), [(29, False), (31, True)])
def test_stale(queue: Queue, minutes: int, *, stale: bool) -> None:
    """Stale by the age of the oldest due job, one that waits for its promotion included (D4)."""
    younger = queue.put().job_id
    queue.database.run("UPDATE jobs SET run_at = run_at + interval '1 s' WHERE id = %s", younger)
    oldest = queue.put(run_at=queue.database.value("SELECT everytick_now() + interval '1 ms'")).job_id
    queue.put(run_at=queue.database.value("SELECT everytick_now() + interval '2 hours'"))
    queue.database.shift_clock(timedelta(minutes=minutes))

    found = judge(queue)

    assert (found.due, found.oldest_due_id, found.stale, found.healthy) == (2, oldest, stale, not stale)
    assert found.oldest_due_age_seconds == pytest.approx(minutes * 60, abs=5)


def test_running_past_lease(queue: Queue) -> None:
    queue.put()
    queue.put()
    queue.database.run(
        "UPDATE jobs SET status = 'running', lease_token = gen_random_uuid(), leased_by = 'gone',"
        " lease_expires_at = everytick_now() + id * interval '1 minute'"
    )
    queue.database.shift_clock(timedelta(seconds=90))
    found = judge(queue)
    assert (found.running, found.running_past_lease, found.healthy) == (2, 1, False)


def test_count_is_bounded_and_walks_an_index(queue: Queue) -> None:
    queue.put()
    with queue.services.store.transaction() as connection:
        assert count_due(connection) == 1
