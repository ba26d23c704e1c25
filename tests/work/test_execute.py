import json
from dataclasses import replace
from datetime import timedelta

import pytest
import redis

from lib.clock import Deadline
from lib.errors import StoreUnavailable
from lib.services import Services
from lib.single_flight import single_flight
from lib.status.run_status import RunSource, RunStatus
from lib.store.lease import LeaseName
from lib.work.execute import Execution, execute
from lib.work.responsibilities import MAINTENANCE, PROCESS, RESPONSIBILITIES, Outcome
from tests.conftest import Database
from tests.outage import with_outage

BLOB = "job:v1:global:process-background-jobs"


def run(services: Services, work: object) -> Execution:
    return execute(
        services,
        replace(PROCESS, work=work),  # type: ignore[arg-type]
        source=RunSource.INLINE,
        dispatch_key="background-jobs:v1:60:2026-11-23T19:50:00Z",
        deadline=Deadline.after_ms(services.clock, 1_000),
    )


def done(status: RunStatus, error: str | None = None) -> Outcome:
    return Outcome(status=status, summary={"processed": 3}, error=error)


class TestRecord:
    def test_one_row_and_one_blob(self, services: Services, database: Database, cache: "redis.Redis") -> None:
        execution = run(services, lambda *_: done(RunStatus.SUCCEEDED))
        assert execution == Execution(status=RunStatus.SUCCEEDED, summary={"processed": 3})
        assert database.rows(
            "SELECT job_name, source, dispatch_key, status, attempt, summary, error, owner FROM runs"
        ) == [
            (
                "process-background-jobs",
                "inline",
                "background-jobs:v1:60:2026-11-23T19:50:00Z",
                "succeeded",
                0,
                {"processed": 3},
                None,
                services.instance,
            )
        ]
        blob = json.loads(str(cache.get(BLOB)))
        assert (blob["status"], blob["lastError"], blob["source"]) == ("succeeded", None, "inline")

    def test_is_running_while_it_runs(
        self, services: Services, database: Database, cache: "redis.Redis"
    ) -> None:
        seen: list[object] = []

        def look(*_: object) -> Outcome:
            seen.append(database.rows("SELECT status, finished_at FROM runs"))
            seen.append(json.loads(str(cache.get(BLOB)))["status"])
            return done(RunStatus.SUCCEEDED)

        run(services, look)
        assert seen == [[("running", None)], "running"]

    def test_lasts_as_long_as_the_work(
        self, services: Services, database: Database, cache: "redis.Redis"
    ) -> None:
        """Failure L2: the duration is that of the work, by the shared clock."""

        def work(*_: object) -> Outcome:
            database.shift_clock(timedelta(seconds=90))
            return done(RunStatus.SUCCEEDED)

        run(services, work)
        assert 90_000 <= json.loads(str(cache.get(BLOB)))["durationMs"] < 100_000

    def test_degraded_counts_as_succeeded_in_the_cache(
        self, services: Services, database: Database, cache: "redis.Redis"
    ) -> None:
        run(services, lambda *_: done(RunStatus.DEGRADED, "staleDrafts: ValueError: x"))
        blob = json.loads(str(cache.get(BLOB)))
        assert (blob["status"], blob["lastError"]) == ("succeeded", "staleDrafts: ValueError: x")
        assert database.value("SELECT status FROM runs") == "degraded"


class TestFailure:
    def test_is_recorded_not_raised(
        self, services: Services, database: Database, cache: "redis.Redis"
    ) -> None:
        def burst(*_: object) -> Outcome:
            raise ValueError("no such thing")

        execution = run(services, burst)
        assert (execution.status, execution.error_code) == (RunStatus.FAILED, "internal_error")
        assert database.rows("SELECT status, error FROM runs") == [("failed", "ValueError: no such thing")]
        assert json.loads(str(cache.get(BLOB)))["status"] == "failed"

    def test_work_whose_end_cannot_be_recorded_is_not_left_running(
        self, services: Services, cache: "redis.Redis"
    ) -> None:
        """The database went away under it: its tick failed, and the cache says so."""
        unsteady, outage = with_outage(services)

        def lose(*_: object) -> Outcome:
            outage.away = True
            return done(RunStatus.SUCCEEDED)

        assert run(unsteady, lose).error_code == "store_unavailable"
        assert json.loads(str(cache.get(BLOB)))["status"] == "failed"

    def test_keeps_the_code_of_our_own_errors(self, services: Services) -> None:
        def away(*_: object) -> Outcome:
            raise StoreUnavailable

        assert run(services, away).error_code == "store_unavailable"


class TestSingleFlight:
    """One execution of what has a lease (failure L5)."""

    def maintain(self, services: Services) -> Execution:
        return execute(
            services,
            replace(MAINTENANCE, work=lambda *_: done(RunStatus.SUCCEEDED)),
            source=RunSource.INLINE,
            dispatch_key=None,
            deadline=Deadline.after_ms(services.clock, 1_000),
        )

    def test_frees_its_lease(self, services: Services, database: Database) -> None:
        self.maintain(services)
        assert database.rows("SELECT name, holder FROM leases") == [("maintenance", None)]

    def test_held_elsewhere_supersedes(self, services: Services, database: Database) -> None:
        with single_flight(services, LeaseName.MAINTENANCE):
            execution = self.maintain(services)
        assert (execution.status, execution.summary) == (RunStatus.SUPERSEDED, None)
        assert execution.held_until is not None
        assert database.value("SELECT status FROM runs") == "superseded"

    def test_superseded_leaves_the_holders_blob(
        self, services: Services, database: Database, cache: "redis.Redis"
    ) -> None:
        """It writes nothing (design §6): else the holder's end, which began earlier, would be refused."""
        self.maintain(services)
        database.shift_clock(timedelta(seconds=10))
        with single_flight(services, LeaseName.MAINTENANCE):
            before = cache.get("job:v1:global:background-maintenance")
            self.maintain(services)
        assert before is not None
        assert cache.get("job:v1:global:background-maintenance") == before


class TestRegistry:
    def test_every_path_does_both_and_maintenance_first(self) -> None:
        """Failure D1: one list, so that no path can leave one out."""
        assert [r.name for r in RESPONSIBILITIES] == ["maintenance", "process"]


class TestAbandoned:
    @pytest.mark.parametrize(("status", "closed"), [(RunStatus.SUCCEEDED, True), (RunStatus.FAILED, False)])
    def test_the_owner_may_still_succeed(
        self, services: Services, database: Database, status: RunStatus, *, closed: bool
    ) -> None:
        """`abandoned → succeeded` once; no other final state changes (design §6)."""

        def slow(*_: object) -> Outcome:
            database.run("UPDATE runs SET status = 'abandoned', finished_at = everytick_now()")
            return done(status)

        run(services, slow)
        assert database.value("SELECT status FROM runs") == (status if closed else "abandoned")
