"""The queue as a state machine: whatever happens in whatever order, its laws hold."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from lib.jobs.claim import Claimer
from lib.jobs.enqueue import NewJob, enqueue_many
from lib.jobs.job import ClaimedJob
from lib.jobs.kind import Uniqueness
from lib.jobs.lease import begin, extend, release_expired
from lib.jobs.operate import discard_jobs, retry_jobs
from lib.jobs.outcomes import Permanent, Reschedule
from lib.jobs.promote import promote_due
from lib.jobs.retry import decide_failure, decide_interruption
from lib.jobs.settle import Settlement, settle
from lib.rollout.controls import Paused
from lib.store.store import Connection
from tests.conftest import Database
from tests.jobs.conftest import Queue

LEASE_MS = 60_000
WANTED = st.lists(
    st.tuples(
        st.sampled_from(["test.probe", "test.mark", "test.mark", "test.send"]),
        st.sampled_from(["a", "a", "b"]),
        st.sampled_from([0, 0, 0, 30]),
    ),
    min_size=1,
    max_size=4,
)
FINAL = ("succeeded", "dead", "discarded")


class Held:
    """A worker's view of a job that it leased, maybe long ago."""

    def __init__(self, job: ClaimedJob) -> None:
        self.job = job
        self.begun = False


class QueueMachine(RuleBasedStateMachine):
    """Enqueue, claim, begin, end, fall silent, expire, retry, discard, in any order."""

    queue: Queue

    def __init__(self) -> None:
        super().__init__()
        self.database: Database = self.queue.database
        self.database.reset()
        self.shift = timedelta()
        self.ends: dict[UUID, int] = {}
        """How many ends each token was worth."""
        self.attempts: dict[int, int] = {}
        self.crashes: dict[int, int] = {}

    held = Bundle("held")

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        with self.queue.services.store.transaction() as connection:
            yield connection

    @initialize(wanted=WANTED)
    def begin_with_some(self, wanted: list[tuple[str, str, int]]) -> None:
        self.enqueue(wanted)

    @rule(wanted=WANTED)
    def enqueue(self, wanted: list[tuple[str, str, int]]) -> None:
        """A key is held by at most one job, and a duplicate names that one."""
        now = self.database.value("SELECT everytick_now()")
        jobs = [
            NewJob(
                kind=kind,
                payload={},
                dedupe_key=None if kind == "test.probe" else key,
                run_at=now + timedelta(seconds=delay),
            )
            for kind, key, delay in wanted
        ]
        with self.connection() as connection:
            made = enqueue_many(connection, self.queue.services.kinds, jobs)
        for one, job in zip(made, jobs, strict=True):
            row = self.queue.job(one.job_id)
            assert (row["kind"], row["dedupe_key"]) == (job.kind, job.dedupe_key)
            assert row["status"] not in FINAL
            assert one.duplicate == (one.job_id in self.attempts)
            if not one.duplicate:
                self.attempts[one.job_id] = self.crashes[one.job_id] = 0

    @rule(target=held, batch=st.integers(1, 4), start=st.integers(0, 3))
    def claim(self, batch: int, start: int) -> object:
        """No more than asked, nothing twice, and no suspect among them."""
        claimer = Claimer(holder="machine", lease_ms=LEASE_MS, start=UUID(int=start << 126))
        with self.connection() as connection:
            jobs = claimer.claim(connection, batch, Paused())
        assert len(jobs) <= batch
        assert all(job.crashes == 0 and job.token not in self.ends for job in jobs)
        self.ends |= {job.token: 0 for job in jobs}
        return multiple(*map(Held, jobs))

    @rule(target=held)
    def claim_suspect(self) -> object:
        claimer = Claimer(holder="machine", lease_ms=LEASE_MS, start=UUID(int=0))
        with self.connection() as connection:
            jobs = claimer.claim_suspect(connection, Paused())
        assert len(jobs) <= 1
        assert all(job.crashes > 0 for job in jobs)
        self.ends |= {job.token: 0 for job in jobs}
        return multiple(*map(Held, jobs))

    @rule(one=held)
    def begin(self, one: Held) -> None:
        with self.connection() as connection:
            ours = begin(connection, [one.job], lease_ms=LEASE_MS)
        assert bool(ours) == (self._token(one.job.id) == one.job.token)
        one.begun |= bool(ours)

    @rule(one=held)
    def beat(self, one: Held) -> None:
        with self.connection() as connection:
            extend(connection, [one.job], lease_ms=LEASE_MS)

    @rule(
        ones=st.lists(held, min_size=1, max_size=3, unique_by=lambda one: one.job.id),
        ending=st.sampled_from(["succeed", "fail", "permanent", "reschedule", "give back"]),
    )
    def end(self, ones: list[Held], ending: str) -> None:
        """Only whoever holds the token ends a job, and only once, however late it wakes up (L6)."""
        ours = [self._token(one.job.id) == one.job.token for one in ones]
        with self.connection() as connection:
            became = settle(connection, [self._settlement(one.job, ending) for one in ones])
        for one, mine, settled in zip(ones, ours, became, strict=True):
            assert mine == (settled.status is not None)
            self.ends[one.job.token] += mine
            self.attempts[one.job.id] += mine and ending in ("succeed", "fail", "permanent")

    @rule(one=held, ending=st.sampled_from(["fail", "reschedule", "give back"]))
    def marked_again_while_it_runs(self, one: Held, ending: str) -> None:
        """A job that goes back finds its key taken: merged, whatever else is settled with it."""
        key = self.queue.job(one.job.id)["dedupe_key"]
        if one.job.kind == "test.mark":
            self.enqueue([("test.mark", key, 0)])
        self.end([one], ending)

    @rule(seconds=st.sampled_from([1, 31, 61, 61]))
    def keep_up_later(self, seconds: int) -> None:
        """Expiry charges a crash to what had begun and nothing to the rest."""
        self.shift += timedelta(seconds=seconds)
        self.database.shift_clock(self.shift)
        begun = dict(
            self.database.rows("SELECT id, started_at IS NOT NULL FROM jobs WHERE status = 'running'")
        )
        with self.connection() as connection:
            for one in release_expired(connection):
                self.crashes[one.settlement.job_id] += begun[one.settlement.job_id]
                self.ends[one.settlement.token] += 1
            promote_due(connection)
        assert (
            self.database.value(
                "SELECT count(*) FROM jobs WHERE (status = 'running' AND lease_expires_at <= everytick_now())"
                " OR (status = 'scheduled' AND run_at <= everytick_now())"
            )
            == 0
        )

    @rule(job_id=st.integers(1, 8))
    def retry(self, job_id: int) -> None:
        with self.connection() as connection:
            (done,) = retry_jobs(connection, [job_id], actor="machine")
        if done.changed:
            assert done.status in ("dead", "discarded")
            self.attempts[job_id] = self.crashes[job_id] = 0

    @rule(job_id=st.integers(1, 8))
    def discard(self, job_id: int) -> None:
        with self.connection() as connection:
            (done,) = discard_jobs(connection, [job_id], actor="machine", reason="test")
        if done.changed:
            assert done.status in ("scheduled", "pending", "dead")

    @invariant()
    def each_lease_ends_once(self) -> None:
        assert all(ends <= 1 for ends in self.ends.values())

    @invariant()
    def charges_are_exact(self) -> None:
        """Attempts count handlers that ended, crashes count leases that ran out on begun jobs."""
        rows = self.database.rows("SELECT id, attempt, crashes FROM jobs")
        assert {job_id: (attempt, crashes) for job_id, attempt, crashes in rows} == {
            job_id: (attempt, self.crashes[job_id]) for job_id, attempt in self.attempts.items()
        }

    @invariant()
    def no_lease_without_end(self) -> None:
        assert (
            self.database.value(
                "SELECT count(*) FROM jobs WHERE (status = 'running') <> (lease_expires_at IS NOT NULL)"
            )
            == 0
        )

    @invariant()
    def limits_hold(self) -> None:
        assert (
            self.database.value(
                "SELECT count(*) FROM jobs WHERE status NOT IN ('dead', 'discarded', 'succeeded')"
                " AND (attempt >= max_attempts OR crashes >= max_attempts)"
            )
            == 0
        )

    def _token(self, job_id: int) -> UUID | None:
        token: UUID | None = self.database.value("SELECT lease_token FROM jobs WHERE id = %s", job_id)
        return token

    def _settlement(self, job: ClaimedJob, ending: str) -> Settlement:
        errors: dict[str, Exception] = {
            "fail": ValueError("no"),
            "permanent": Permanent("never"),
            "reschedule": Reschedule(job.created_at, "later"),
        }
        if ending == "succeed":
            decision = None
        elif ending == "give back":
            decision = decide_interruption(started=False, reschedules=job.reschedules)
        else:
            decision = decide_failure(
                errors[ending],
                attempt=job.attempt,
                max_attempts=job.max_attempts,
                reschedules=job.reschedules,
                chance=0.5,
            )
        error = str(errors[ending]) if ending in errors else None
        return Settlement(job_id=job.id, token=job.token, kind=job.kind, decision=decision, error=error)


def test_queue_machine(queue: Queue) -> None:
    """The laws of the queue: fencing (L6), accounting (L7, L8), keys, leases that end."""
    queue.handle("test.probe", max_attempts=3)
    queue.handle("test.mark", uniqueness=Uniqueness.WHILE_QUEUED, max_attempts=3)
    queue.handle("test.send", uniqueness=Uniqueness.WHILE_ACTIVE, max_attempts=2)

    class Machine(QueueMachine):
        pass

    Machine.queue = queue
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=60,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
