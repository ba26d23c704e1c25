"""One step of a durable run that fails, is cut off, held up, overtaken or given up."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
import redis
from structlog.testing import capture_logs

from dev.engine.faults import AppDied
from lib.errors import StoreUnavailable
from lib.services import Services
from lib.single_flight import single_flight
from lib.store.lease import LeaseName
from lib.work.durable import Part, fail_durable_run, perform
from lib.work.responsibilities import MAINTENANCE, PROCESS, RESPONSIBILITIES, Responsibility
from lib.work.run_error import RunDeferred, StepBroken
from tests.conftest import Database
from tests.outage import Cut, with_outage
from tests.work.calls import DONE, KEY, blob, burst, call, line, step


class TestFailingStep:
    def test_is_called_again(self, services: Services, database: Database, cache: "redis.Redis") -> None:
        with pytest.raises(StepBroken, match="ValueError: no such thing"):
            step(services, call(database, attempt=1), burst)
        assert database.rows(
            "SELECT status, attempt, retry_at > everytick_now() + interval '55 s' FROM runs"
        ) == [("running", 1, True)]
        assert (blob(cache)["status"], blob(cache)["attempt"], blob(cache)["lastError"]) == (
            "running",
            1,
            "ValueError: no such thing",
        )

    def test_keeps_the_highest_attempt(self, services: Services, database: Database) -> None:
        """Failure L1: attempts are a counter on one row."""
        called = call(database)
        for attempt in (0, 1):
            with pytest.raises(StepBroken):
                step(services, replace(called, attempt=attempt), burst)
        step(services, replace(called, attempt=2))
        assert database.rows("SELECT status, attempt, retry_at FROM runs") == [("succeeded", 2, None)]

    def test_tells_no_secret(self, services: Services, database: Database) -> None:
        """What a step raises leaves this house: the engine shows it to whoever has its dashboard."""
        secret = services.settings.cron_secret
        assert secret is not None

        def leak() -> Part:
            raise ValueError(f"with {secret.get_secret_value()}") from KeyError(secret.get_secret_value())

        with pytest.raises(StepBroken) as caught:
            step(services, call(database), leak)
        assert str(caught.value) == "ValueError: with [redacted]"
        assert caught.value.__suppress_context__

    def test_nothing_that_the_record_raises_goes_out_as_it_is(
        self, services: Services, database: Database
    ) -> None:
        """A driver's error may quote a row."""
        called = call(database)
        database.run("ALTER TABLE runs RENAME TO runs_away")
        try:
            with pytest.raises(StepBroken, match="UndefinedTable") as caught:
                step(services, called)
        finally:
            database.run("ALTER TABLE runs_away RENAME TO runs")
        assert caught.value.__suppress_context__

    def test_a_database_that_is_away_breaks_it(self, services: Services, database: Database) -> None:
        unsteady, outage = with_outage(services)
        called = call(database)
        outage.away = True
        with pytest.raises(StepBroken, match="StoreUnavailable"):
            step(unsteady, called)
        outage.away = False
        assert step(unsteady, called).result == {"n": 1}

    def test_one_that_goes_away_at_the_end_breaks_it(self, services: Services, database: Database) -> None:
        """Not closed, not told as done: the engine calls again."""
        unsteady, outage = with_outage(services)
        called = call(database)

        def lose() -> Part:
            outage.away = True
            return DONE

        with pytest.raises(StepBroken, match="StoreUnavailable"):
            step(unsteady, called, lose)
        outage.away = False
        assert step(unsteady, called).result == {"n": 1}


class TestCut:
    """The database or the process goes at any transaction of a step: the next call ends the run."""

    @pytest.mark.parametrize("responsibility", RESPONSIBILITIES, ids=lambda r: r.name)
    @pytest.mark.parametrize("committed", [False, True], ids=["before", "after"])
    @pytest.mark.parametrize("error", [StoreUnavailable(), AppDied()], ids=["database", "process"])
    def test_row_line_and_blob_end_alike(
        self,
        services: Services,
        database: Database,
        cache: "redis.Redis",
        responsibility: Responsibility,
        error: BaseException,
        *,
        committed: bool,
    ) -> None:
        unsteady, outage = with_outage(services)
        for transaction in range(1, 9):
            run_id = f"cut at {transaction}"
            called = call(database, run_id, age_s=0)
            outage.cut(Cut(transaction=transaction, committed=committed, error=error))
            with suppress(StepBroken, AppDied):
                perform(unsteady, responsibility, called, lambda _: DONE, begun=False)
            if outage.waits:
                break
            database.shift_clock(timedelta(minutes=2 * transaction))  # past the lease of who died
            perform(unsteady, responsibility, replace(called, attempt=1), lambda _: DONE, begun=False)
            assert database.rows("SELECT status, retry_at FROM runs WHERE run_id = %s", run_id) == [
                ("succeeded", None)
            ]
            assert database.rows("SELECT DISTINCT state FROM dispatch_lines") == [("covered",)]
            assert blob(cache, responsibility)["status"] == "succeeded"
        assert transaction > 3


class TestGivenUp:
    def test_is_closed_as_failed(self, services: Services, database: Database, cache: "redis.Redis") -> None:
        called = call(database)
        with pytest.raises(StepBroken):
            step(services, called, burst)
        assert fail_durable_run(services, PROCESS, called, error="StepBroken: no such thing")
        assert database.rows("SELECT status, error, retry_at FROM runs") == [
            ("failed", "StepBroken: no such thing", None)
        ]
        assert line(database) == ("failed", "r1", "bg-process:1")
        assert (blob(cache)["status"], blob(cache)["lastError"]) == ("failed", "StepBroken: no such thing")

    def test_even_without_a_row(self, services: Services, database: Database) -> None:
        """The database was away at every attempt."""
        assert fail_durable_run(services, PROCESS, call(database), error="x")
        assert database.rows("SELECT run_id, status, dispatch_key FROM runs") == [("r1", "failed", KEY)]

    def test_changes_no_closed_run(self, services: Services, database: Database) -> None:
        called = call(database)
        step(services, called)
        assert not fail_durable_run(services, PROCESS, called, error="x")
        assert database.value("SELECT status FROM runs") == "succeeded"

    def test_the_engines_text_is_redacted(self, services: Services, database: Database) -> None:
        secret = services.settings.cron_secret
        assert secret is not None
        fail_durable_run(services, PROCESS, call(database), error=f"x {secret.get_secret_value()}")
        assert database.value("SELECT error FROM runs") == "x [redacted]"

    @pytest.mark.parametrize(
        ("told", "kept"),
        [
            pytest.param("a\x00b", "a\N{REPLACEMENT CHARACTER}b", id="NUL"),
            pytest.param("a\ud800b", "a?b", id="lone surrogate"),
            pytest.param("x" * 5_000_000, "x" * 499 + "…", id="5 MB"),
        ],
    )
    def test_whatever_the_engine_says(
        self, services: Services, database: Database, told: str, kept: str
    ) -> None:
        """It calls once and never again: a text that PostgreSQL refuses may not cost the row its end."""
        assert fail_durable_run(services, PROCESS, call(database), error=told)
        assert database.rows("SELECT status, error FROM runs") == [("failed", kept)]

    def test_nothing_that_the_record_raises_goes_out_as_it_is(
        self, services: Services, database: Database
    ) -> None:
        called = call(database)
        database.run("ALTER TABLE runs RENAME TO runs_away")
        try:
            with pytest.raises(StepBroken, match="UndefinedTable") as caught:
                fail_durable_run(services, PROCESS, called, error="x")
        finally:
            database.run("ALTER TABLE runs_away RENAME TO runs")
        assert caught.value.__suppress_context__


class TestLease:
    def test_held_elsewhere_defers_and_closes_nothing(self, services: Services, database: Database) -> None:
        """Design §6: until the end of the holder's lease."""
        called = call(database)
        with single_flight(services, LeaseName.MAINTENANCE), pytest.raises(RunDeferred) as caught:
            theirs = database.value("SELECT expires_at FROM leases")
            perform(services, MAINTENANCE, called, lambda _: DONE, begun=False)
        assert caught.value.until == theirs
        assert database.rows("SELECT status, retry_at > everytick_now() FROM runs") == [("running", True)]
        assert perform(services, MAINTENANCE, called, lambda _: DONE, begun=False).result == {"n": 1}


class TestOverlap:
    def test_a_call_that_was_overtaken_closes_nothing(self, services: Services, database: Database) -> None:
        """Two deliveries at once: the newer owns the run; the older one's end is not taken."""
        called = call(database)

        def overtaken() -> Part:
            step(services, replace(called, attempt=1), lambda: Part(result={}))
            return DONE

        with capture_logs() as logs:
            report = step(services, called, overtaken)
        assert report.end is not None
        assert report.end.finished_at is None
        assert database.value("SELECT status FROM runs") == "running"
        assert [entry["fenced"] for entry in logs if entry["event"] == "run.finished"] == [True]

    def test_one_that_fails_after_the_run_has_ended_changes_nothing(
        self, services: Services, database: Database, cache: "redis.Redis"
    ) -> None:
        called = call(database)

        def overtaken() -> Part:
            step(services, replace(called, attempt=1))
            raise ValueError("too late")

        with pytest.raises(StepBroken):
            step(services, called, overtaken)
        assert database.rows("SELECT status, retry_at, error FROM runs") == [("succeeded", None, None)]
        assert (blob(cache)["status"], blob(cache)["lastError"]) == ("succeeded", None)

    def test_an_abandoned_run_that_wakes_may_succeed_once(
        self, services: Services, database: Database
    ) -> None:
        called = call(database)
        step(services, called, lambda: Part(result={}))
        database.run("UPDATE runs SET status = 'abandoned', finished_at = everytick_now()")
        step(services, called)
        assert database.value("SELECT status FROM runs") == "succeeded"


class TestLedgerAway:
    """The ledger is not a single point of failure (design §5): what has been accepted is executed."""

    @pytest.fixture(autouse=True)
    def refused(self, database: Database) -> Iterator[None]:
        database.run("ALTER TABLE dispatch_lines ADD CONSTRAINT none_fits CHECK (generation > 5)")
        yield
        database.run("ALTER TABLE dispatch_lines DROP CONSTRAINT none_fits")

    def test_the_work_is_done_and_recorded(self, services: Services, database: Database) -> None:
        with capture_logs() as logs:
            report = step(services, call(database))
        assert report.end is not None
        assert report.end.status == "succeeded"
        assert database.rows("SELECT status FROM runs") == [("succeeded",)]
        assert [line["event"] for line in logs if line["log_level"] == "error"] == ["tick.untracked"]

    def test_a_run_that_is_given_up_is_closed(self, services: Services, database: Database) -> None:
        assert fail_durable_run(services, PROCESS, call(database), error="gone")
        assert database.rows("SELECT status, error FROM runs") == [("failed", "gone")]
