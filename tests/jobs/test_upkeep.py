from datetime import timedelta

from lib.jobs.promote import PROMOTE_BATCH
from lib.jobs.upkeep import BATCHES_AT_MOST, keep_up
from tests.jobs.conftest import Queue


def test_everything_once(queue: Queue) -> None:
    """Ends leases that ran out (dead ones told apart), promotes what is due, tells of suspects."""
    dying, silent = queue.put().job_id, queue.put().job_id
    queue.database.run(
        "UPDATE jobs SET status = 'running', lease_token = gen_random_uuid(), leased_by = 'gone',"
        " started_at = everytick_now(), lease_expires_at = everytick_now() + interval '1 s'"
    )
    queue.database.run("UPDATE jobs SET crashes = 4 WHERE id = %s", dying)
    queue.put(run_at=queue.database.value("SELECT everytick_now() + interval '1 minute'"))
    queue.database.shift_clock(timedelta(minutes=2))

    done = keep_up(queue.services)

    assert (done.released, done.dead, done.promoted, done.suspects) == (2, 1, 1, True)
    assert queue.job(silent)["crashes"] == 1
    again = keep_up(queue.services)
    assert (again.released, again.dead, again.promoted, again.suspects) == (0, 0, 0, True)


def test_bounded(queue: Queue) -> None:
    """Full batches go on, but not for ever: what is left waits for the next upkeep."""
    queue.database.run(
        "INSERT INTO jobs (kind, status, run_at) SELECT 'test.probe', 'scheduled',"
        " everytick_now() - interval '1 s' FROM generate_series(1, 20500)"
    )
    assert keep_up(queue.services).promoted == BATCHES_AT_MOST * PROMOTE_BATCH
    assert keep_up(queue.services).promoted == 500
