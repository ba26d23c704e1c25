from datetime import timedelta

from lib.jobs.promote import promote_due
from tests.jobs.conftest import Queue


def promote(queue: Queue, batch: int) -> int:
    with queue.services.store.transaction() as connection:
        return promote_due(connection, batch)


def test_in_the_order_of_their_times(queue: Queue) -> None:
    """Due by the database's clock, oldest first, no more than the batch."""
    now = queue.database.value("SELECT everytick_now()")
    third, first, second, not_due = (
        queue.put(run_at=now + timedelta(minutes=minutes)).job_id for minutes in (30, 10, 20, 60)
    )
    assert promote(queue, 10) == 0
    queue.database.shift_clock(timedelta(minutes=40))

    assert promote(queue, 2) == 2
    assert queue.database.rows("SELECT id FROM jobs WHERE status = 'pending' ORDER BY run_at") == [
        (first,),
        (second,),
    ]
    assert (promote(queue, 2), promote(queue, 2)) == (1, 0)
    assert (queue.job(third)["status"], queue.job(not_due)["status"]) == ("pending", "scheduled")


def test_rows_that_another_promotes_are_passed_over(queue: Queue) -> None:
    queue.put(run_at=queue.database.value("SELECT everytick_now() + interval '1 minute'"))
    queue.database.shift_clock(timedelta(minutes=2))
    with queue.services.store.transaction() as other:
        assert promote_due(other) == 1
        assert promote(queue, 10) == 0
