"""The soak's reckoning: each of its verdicts has to be able to fall."""

import os
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import psycopg
import pytest

from bench.soak.audit import install_audit, restricted_role
from bench.soak.reckoning import is_at_rest, reckon
from bench.soak.terms import BOUND, SILENT_SECONDS, SPEED, WINDOW_SECONDS
from bench.soak.ticks import PLANT, Tick
from bench.soak.trouble import Interruption
from tests import seed
from tests.conftest import Database
from tests.scratch_database import scratch_database


@pytest.fixture(scope="module")
def audited_url() -> Iterator[str]:
    """A migrated database with the audit in it."""
    with scratch_database(os.environ["TEST_DATABASE_URL"]) as url:
        database = Database(url)
        install_audit(database)
        database.close()
        yield url


@pytest.fixture
def audited(audited_url: str) -> Iterator[Database]:
    """The owner's view of it, empty."""
    database = Database(audited_url)
    for table in ("jobs", "runs", "workspaces", "audit.created", "audit.completed", "audit.executions"):
        database.run(f"TRUNCATE {table} CASCADE")
    for table in ("audit.effects", "audit.outbox", "audit.pruned"):
        database.run(f"TRUNCATE {table}")
    yield database
    database.close()


def run(database: Database, job_id: int, *, times: int = 1) -> None:
    """Have the job's effect `times`, each as an execution of its own, and complete the job once."""
    for _ in range(times):
        database.run("SELECT audit.effect(%s)", job_id)
    complete(database, job_id)


def complete(database: Database, job_id: int) -> None:
    database.run(
        "UPDATE jobs SET status = 'succeeded', attempt = 1, finished_at = everytick_now() WHERE id = %s",
        job_id,
    )


def job(database: Database) -> int:
    made: int = database.value(
        "INSERT INTO jobs (kind, status) VALUES ('soak.effect', 'pending') RETURNING id"
    )
    return made


def tick(database: Database, workspace: UUID, *, ago: timedelta = timedelta()) -> Tick:
    """A tick with its witnesses, that came `ago`."""
    ((at, job_id, entry_id),) = database.rows(PLANT, workspace, workspace)
    return Tick(at=at - ago, job_id=job_id, entry_id=entry_id, mode="inngest")


def prune(database: Database) -> None:
    database.run("DELETE FROM workspace_memory_entries")


class TestJobs:
    def test_one_that_was_done_once_is_neither_lost_nor_doubled(self, audited: Database) -> None:
        run(audited, job(audited))
        found = reckon(audited, [], [])
        assert (found.jobs, found.lost, found.doubled) == (1, [], [])

    def test_one_that_was_never_completed_is_lost(self, audited: Database) -> None:
        """Also when its row is gone."""
        left, gone = job(audited), job(audited)
        audited.run("DELETE FROM jobs WHERE id = %s", gone)
        assert set(reckon(audited, [], []).lost) == {f"{left} soak.effect", f"{gone} soak.effect"}

    def test_one_that_was_completed_without_its_effect_is_lost(self, audited: Database) -> None:
        without = job(audited)
        complete(audited, without)
        assert reckon(audited, [], []).lost == [f"{without} soak.effect"]

    def test_a_second_completion_is_a_doubling(self, audited: Database) -> None:
        """Failure L6: an overtaken worker that writes its end all the same."""
        twice = job(audited)
        run(audited, twice)
        complete(audited, twice)
        assert reckon(audited, [], []).doubled == [str(twice)]

    def test_an_execution_that_nothing_accounts_for_is_a_doubling(self, audited: Database) -> None:
        twice = job(audited)
        run(audited, twice, times=2)
        assert reckon(audited, [], []).doubled == [str(twice)]

    def test_an_execution_after_a_crash_is_none(self, audited: Database) -> None:
        again = job(audited)
        run(audited, again, times=2)
        audited.run("ALTER TABLE jobs DISABLE TRIGGER audit_completed")
        audited.run("UPDATE jobs SET crashes = 1 WHERE id = %s", again)
        audited.run("ALTER TABLE jobs ENABLE TRIGGER audit_completed")
        found = reckon(audited, [], [])
        assert (found.doubled, found.repeated) == ([], 1)

    def test_a_second_effect_is_a_doubling(self, audited: Database) -> None:
        """As without the key that the soak's outside world knows an effect by."""
        twice = job(audited)
        run(audited, twice)
        audited.run("DROP INDEX audit.effect_key")
        audited.run("INSERT INTO audit.effects (job_id) VALUES (%s)", twice)
        try:
            assert reckon(audited, [], []).doubled == [str(twice)]
        finally:
            audited.run("TRUNCATE audit.effects")
            audited.run("CREATE UNIQUE INDEX effect_key ON audit.effects (job_id)")


class TestMails:
    @pytest.mark.parametrize(
        ("sent", "status", "unconfirmed", "verdict"),
        [
            (1, "approved", False, ""),
            (0, "approved", True, ""),
            (1, "approved", True, ""),  # the operator looks it up
            (0, "approved", False, "lost"),
            (0, "sending", False, "lost"),
            (2, "approved", False, "doubled"),
        ],
        ids=[
            "sent once",
            "listed, not sent",
            "listed, sent",
            "called sent",
            "left sending",
            "sent twice",
        ],
    )
    def test_each_is_sent_once_or_listed(
        self, audited: Database, sent: int, status: str, verdict: str, *, unconfirmed: bool
    ) -> None:
        """Failures D6, D7 and L12."""
        workspace = seed.workspace(audited)
        message = seed.inbound(audited, workspace, seed.lead(audited, workspace))
        draft = seed.draft(audited, message, status=status)
        audited.run("UPDATE drafts SET send_unconfirmed = %s WHERE id = %s", unconfirmed, draft)
        for _ in range(sent):
            audited.run("SELECT audit.take_mail(%s)", f"<draft.{draft}@everytick.invalid>")
        found = reckon(audited, [], [])
        assert ("lost" if found.lost else "doubled" if found.doubled else "") == verdict


class TestTicks:
    def test_one_is_covered_when_both_witnesses_are_gone(self, audited: Database) -> None:
        came = tick(audited, seed.workspace(audited))
        assert not is_at_rest(audited, [came])
        run(audited, came.job_id)
        prune(audited)
        assert is_at_rest(audited, [came])
        assert reckon(audited, [came], []).missed == []

    @pytest.mark.parametrize("left", ["process", "maintenance"])
    def test_one_half_of_which_is_left_is_missed(self, audited: Database, left: str) -> None:
        """Failure D1: a path that drains the queue and forgets maintenance."""
        came = tick(audited, seed.workspace(audited))
        if left == "process":
            prune(audited)
        else:
            run(audited, came.job_id)
        assert len(reckon(audited, [came], []).missed) == 1
        assert not is_at_rest(audited, [came])

    def test_one_that_was_covered_too_late_is_missed(self, audited: Database) -> None:
        came = tick(audited, seed.workspace(audited), ago=BOUND)
        run(audited, came.job_id)
        prune(audited)
        assert len(reckon(audited, [came], []).missed) == 1

    def test_one_whose_job_was_interrupted_is_covered_by_the_next_that_is_done(
        self, audited: Database
    ) -> None:
        """The job waits for its turn alone, and the queue is in somebody's hands all the same."""
        workspace = seed.workspace(audited)
        first = tick(audited, workspace)
        second = tick(audited, workspace)
        prune(audited)
        run(audited, second.job_id)
        audited.run("UPDATE jobs SET crashes = 1 WHERE id = %s", first.job_id)
        assert reckon(audited, [first, second], []).missed == []
        assert len(reckon(audited, [first], []).missed) == 1
        audited.run("UPDATE jobs SET crashes = 0 WHERE id = %s", first.job_id)
        assert len(reckon(audited, [first, second], []).missed) == 1


class TestRuns:
    @pytest.mark.parametrize(
        ("beat", "retry", "left"),
        [(SILENT_SECONDS + 1, None, True), (0, None, False), (SILENT_SECONDS + 1, 0, False)],
        ids=["silent", "beating", "called again soon"],
    )
    def test_one_that_fell_silent_is_left_running(
        self, audited: Database, beat: int, retry: int | None, *, left: bool
    ) -> None:
        """Failure D4: with one the soak is not at rest, and fails in the end."""
        audited.run(
            "INSERT INTO runs (job_name, run_id, source, status, owner, beat_at, retry_at)"
            " VALUES ('background-maintenance', 'one', 'inngest', 'running', 'somebody',"
            " everytick_now() - %s * interval '1 s', everytick_now() - %s * interval '1 s')",
            beat,
            retry,
        )
        assert bool(reckon(audited, [], []).left_running) is left
        assert is_at_rest(audited, []) is not left


class TestRecovery:
    def test_goes_from_the_interruption_to_the_end_of_the_last_job(self, audited: Database) -> None:
        first, last = job(audited), job(audited)
        run(audited, first)
        run(audited, last)
        ends = dict(audited.rows("SELECT job_id, at FROM audit.completed"))
        killed = Interruption(at=ends[last] - timedelta(seconds=3 * WINDOW_SECONDS), job_ids=(first, last))
        assert reckon(audited, [], [killed]).recovery_windows == [3.0]


class TestAudit:
    def test_the_instances_cannot_write_to_it(self, audited: Database, audited_url: str) -> None:
        job(audited)
        with restricted_role(audited_url) as url, psycopg.connect(url, autocommit=True) as instance:
            instance.execute("SELECT audit.effect(1)")
            for table in ("created", "completed", "executions", "effects", "outbox", "pruned"):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    instance.execute(f"DELETE FROM audit.{table}".encode())

    def test_its_clock_is_faster(self, audited: Database) -> None:
        """Both clocks are read at the same moments."""
        query = "SELECT everytick_now(), statement_timestamp()"
        ((shared, real),) = audited.rows(query)
        ((shared_later, real_later),) = audited.rows(query)
        assert shared_later - shared == (real_later - real) * SPEED
