from collections.abc import Callable
from dataclasses import replace

from lib.composition import Composition
from lib.jobs.enqueue import NewJob
from lib.jobs.kind import RunningJob
from tests.conftest import Database, FakeClock
from tests.jobs.conftest import Queue

STEAL = """
UPDATE jobs SET lease_token = gen_random_uuid(), leased_by = 'other', started_at = everytick_now()
WHERE status = 'running' AND started_at IS NOT NULL AND id <> %s RETURNING id
"""


class TestFrozen:
    def test_what_it_had_begun_ahead_is_not_run_under_a_lost_lease(
        self, composed: Callable[..., Composition], database: Database, clock: FakeClock
    ) -> None:
        """Quick jobs are begun several at once: after standing still, each is asked for anew (failure L6)."""
        held = composed(BACKGROUND_JOB_LEASE_MS="2000", BACKGROUND_JOB_HEARTBEAT_MS="500").services
        assert held is not None
        queue = Queue(replace(held, clock=clock), database)
        theirs: list[int] = []

        def stand_still(job: RunningJob) -> None:
            """Until others have what was begun beside this job."""
            if not theirs:
                theirs.extend(job_id for (job_id,) in database.rows(STEAL, job.id))
                clock.advance(3 if theirs else 0)

        queue.handle("test.quick", stand_still)
        queue.put_all([NewJob(kind="test.quick", payload={}) for _ in range(30)])
        summary = queue.drain(workers=1)
        assert theirs, "nothing was begun ahead"
        assert set(queue.began).isdisjoint(theirs)
        assert (summary.succeeded, summary.skipped) == (30 - len(theirs), len(theirs))
