"""One step of a durable run, as the engine calls it; whole runs are driven in tests/acceptance."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import redis

from lib.clock import Deadline
from lib.services import Services
from lib.status.run_status import RunSource, RunStatus
from lib.work.durable import Part, fail_durable_run
from lib.work.execute import execute
from lib.work.responsibilities import PROCESS, Outcome
from lib.work.standing import RunVerdict
from lib.work.step_report import StepReport
from tests.conftest import Database
from tests.work.calls import BLOB, DONE, KEY, blob, call, line, step


class TestLastStep:
    def test_closes_the_run(self, services: Services, database: Database, cache: "redis.Redis") -> None:
        """Inside the step, so that a lost last request leaves nothing running."""
        report = step(services, call(database))
        assert report.end is not None
        assert (report.result, report.end.status, report.end.summary) == ({"n": 1}, "succeeded", {"n": 1})
        assert database.rows("SELECT run_id, source, dispatch_key, status, attempt, summary FROM runs") == [
            ("r1", "inngest", KEY, "succeeded", 0, {"n": 1})
        ]
        assert (blob(cache)["status"], blob(cache)["source"]) == ("succeeded", "inngest")

    def test_an_earlier_step_leaves_it_running(self, services: Services, database: Database) -> None:
        report = step(services, call(database), lambda: Part(result={"n": 1}))
        assert report.end is None
        assert database.rows("SELECT status, finished_at FROM runs") == [("running", None)]

    def test_lasts_from_the_first_start(self, services: Services, database: Database) -> None:
        """Failure L2: not the time of a replay."""
        called = call(database)
        step(services, called, lambda: Part(result={}))
        database.shift_clock(timedelta(seconds=90))
        report = step(services, called, begun=True)
        assert report.end is not None
        assert report.end.duration_ms is not None
        assert 90_000 <= report.end.duration_ms < 100_000

    def test_a_memo_comes_back_as_it_went(self, services: Services, database: Database) -> None:
        report = step(services, call(database))
        assert (
            StepReport.model_validate(json.loads(json.dumps(report.as_memo()))).as_memo() == report.as_memo()
        )


class TestLine:
    def test_a_finished_run_covers_its_tick(self, services: Services, database: Database) -> None:
        """A line that the tick could not write is written by the run (design §6)."""
        step(services, call(database))
        assert line(database) == ("covered", "r1", "bg-process:1")
        assert database.rows("SELECT dispatch_key, mode, state FROM dispatches") == [
            (KEY, "untracked", "accepted")
        ]

    def test_it_covers_earlier_ticks_too(self, services: Services, database: Database) -> None:
        step(services, call(database), lambda: Part(result={}))
        step(services, replace(call(database), tick=None, run_id="manual"))
        assert line(database)[0] == "covered"

    def test_it_covers_no_tick_after_its_start(self, services: Services, database: Database) -> None:
        """Design §1.2: started at or after the tick."""
        step(services, replace(call(database), tick=None), lambda: Part(result={}))
        step(services, call(database, "later", age_s=0), lambda: Part(result={}))
        step(services, replace(call(database), tick=None), begun=True)
        assert line(database)[:2] == ("accepted", "later")

    def test_inline_work_covers_it(self, services: Services, database: Database) -> None:
        step(services, call(database), lambda: Part(result={}))
        execute(
            services,
            replace(PROCESS, work=lambda *_: DONE.outcome or pytest.fail("no outcome")),
            source=RunSource.INLINE_FALLBACK,
            dispatch_key=KEY,
            deadline=Deadline.after_ms(services.clock, 1_000),
        )
        assert line(database)[0] == "covered"

    def test_a_run_that_ends_as_failed_leaves_it_failed(self, services: Services, database: Database) -> None:
        """All its items failed: its line says the same as after the engine gave a run up."""
        outcome = Outcome(status=RunStatus.FAILED, summary={}, error="x")
        step(services, call(database), lambda: Part(outcome=outcome))
        assert line(database)[:2] == ("failed", "r1")


class TestWithoutWork:
    def test_a_covered_tick_is_superseded(
        self, services: Services, database: Database, cache: "redis.Redis"
    ) -> None:
        """A late acceptance does no harm: no work, no blob, a row that says why."""
        late = call(database, "late")
        step(services, call(database, "other"))
        before = cache.get(BLOB)
        report = step(services, late, lambda: pytest.fail("worked"))
        assert report.end is not None
        assert (report.end.status, report.end.reason) == ("superseded", RunVerdict.COVERED)
        assert database.rows("SELECT status, summary FROM runs WHERE run_id = 'late'") == [
            ("superseded", {"reason": "covered", "coveredBy": "other"})
        ]
        assert cache.get(BLOB) == before

    def test_a_run_that_failed_covers_nothing(self, services: Services, database: Database) -> None:
        called = call(database)
        fail_durable_run(services, PROCESS, call(database, "other"), error="x")
        assert step(services, called).end is not None
        assert database.value("SELECT status FROM runs WHERE run_id = 'r1'") == "succeeded"

    def test_an_old_event_is_a_no_op(self, services: Services, database: Database) -> None:
        report = step(services, call(database, age_s=901), lambda: pytest.fail("worked"))
        assert report.end is not None
        assert (report.end.status, report.end.reason) == ("superseded", RunVerdict.EXPIRED)
        assert database.value("SELECT summary ->> 'reason' FROM runs") == "expired"

    def test_unless_forced(self, services: Services, database: Database) -> None:
        assert step(services, call(database, age_s=901, forced=True)).result == {"n": 1}

    def test_a_lost_answer_is_said_again(self, services: Services, database: Database) -> None:
        """The engine calls again after a lost answer: no work, the same end."""
        called = call(database)
        first = step(services, called)
        again = step(services, replace(called, attempt=1), lambda: pytest.fail("worked"))
        assert (first.end is not None, again.end is not None) == (True, True)
        assert again.as_memo() == first.as_memo() | {"end": first.as_memo()["end"] | {"reason": "closed"}}
        assert database.value("SELECT count(*) FROM runs") == 1


class TestManual:
    def test_is_no_ticks(self, services: Services, database: Database) -> None:
        step(services, call(database, tracked=False))
        assert database.rows("SELECT source, dispatch_key, status FROM runs") == [
            ("manual", "manual:r1", "succeeded")
        ]
        assert database.value("SELECT count(*) FROM dispatch_lines") == 0


def test_instants_are_in_the_contracts_format(services: Services, database: Database) -> None:
    memo = step(services, call(database)).as_memo()
    for told in (memo["startedAt"], memo["end"]["finishedAt"]):
        assert datetime.strptime(told, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC).year >= 2026
