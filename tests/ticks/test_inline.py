from dataclasses import replace

import pytest

from lib.clock import Deadline
from lib.errors import StoreUnavailable
from lib.services import Services
from lib.status.run_status import RunSource, RunStatus
from lib.ticks.inline import every_as, work_inline
from lib.ticks.tick import run_tick
from lib.work.responsibilities import RESPONSIBILITIES, Outcome
from tests.conftest import Database
from tests.outage import Outage, with_outage

KEY = "background-jobs:v1:60:2026-11-23T19:50:00Z"


def done(_services: Services, _deadline: Deadline) -> Outcome:
    return Outcome(status=RunStatus.SUCCEEDED, summary={}, error=None)


def install(monkeypatch: pytest.MonkeyPatch, **work: object) -> None:
    """Replace the work of the responsibilities named."""
    changed = tuple(replace(r, work=work.get(r.name, done)) for r in RESPONSIBILITIES)  # type: ignore[arg-type]
    monkeypatch.setattr("lib.ticks.inline.RESPONSIBILITIES", changed)


class TestBudget:
    def test_maintenance_has_half_and_the_queue_the_rest(
        self, services: Services, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Maintenance first with at most half, so that a full drain never starves it (design §5)."""
        seen: dict[str, float] = {}

        def note(name: str) -> object:
            def work(_services: Services, deadline: Deadline) -> Outcome:
                seen[name] = deadline.remaining_ms()
                return done(_services, deadline)

            return work

        install(monkeypatch, maintenance=note("maintenance"), process=note("process"))
        work_inline(services, sources=every_as(RunSource.INLINE), dispatch_key=KEY, budget_ms=60_000)
        assert list(seen) == ["maintenance", "process"]
        assert 25_000 < seen["maintenance"] <= 30_000
        assert 50_000 < seen["process"] <= 60_000


class TestOutage:
    def lose(self, outage: Outage) -> object:
        def work(_services: Services, _deadline: Deadline) -> Outcome:
            outage.away = True
            raise StoreUnavailable

        return work

    def test_what_could_not_begin_is_failed_too(
        self, services: Services, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        unsteady, outage = with_outage(services)
        install(monkeypatch, maintenance=self.lose(outage))
        executions = work_inline(
            unsteady, sources=every_as(RunSource.INLINE), dispatch_key=KEY, budget_ms=1_000
        )
        assert {name: (e.status, e.error_code) for name, e in executions.items()} == {
            "maintenance": (RunStatus.FAILED, "store_unavailable"),
            "process": (RunStatus.FAILED, "store_unavailable"),
        }

    def test_a_tick_that_could_do_nothing_is_unavailable(
        self, services: Services, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """503, not 500: no work could be attempted (design §5)."""
        unsteady, outage = with_outage(services)
        install(monkeypatch, maintenance=self.lose(outage))
        with pytest.raises(StoreUnavailable):
            run_tick(unsteady)

    def test_what_was_done_before_stands(
        self, services: Services, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        unsteady, outage = with_outage(services)
        install(monkeypatch, process=self.lose(outage))
        report = run_tick(unsteady)
        assert set(report.failed) == {"process"}
        assert database.rows("SELECT job_name FROM runs WHERE status = 'succeeded'") == [
            ("background-maintenance",)
        ]


class TestRecord:
    def test_one_that_cannot_be_recorded_does_not_keep_the_next_from_its_turn(
        self, services: Services, database: Database
    ) -> None:
        database.run("ALTER TABLE runs ADD CONSTRAINT refused CHECK (job_name <> 'background-maintenance')")
        try:
            executions = work_inline(
                services, sources=every_as(RunSource.INLINE), dispatch_key=KEY, budget_ms=10_000
            )
        finally:
            database.run("ALTER TABLE runs DROP CONSTRAINT refused")
        assert {name: (e.status, e.error_code) for name, e in executions.items()} == {
            "maintenance": (RunStatus.FAILED, "internal_error"),
            "process": (RunStatus.SUCCEEDED, None),
        }
