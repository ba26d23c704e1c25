"""What a drain's step makes of those before it; whole runs are driven in tests/acceptance."""

from dataclasses import replace

from lib.services import Services
from lib.work.call import RunCall
from lib.work.durable_process import drain_step
from lib.work.step_report import StepReport
from tests import seed
from tests.conftest import Database

CALL = RunCall(run_id="r1", attempt=0, tick=None, forced=False)


class TestEarlierDrains:
    def test_add_up(self, services: Services, database: Database) -> None:
        seed.due_job(database)
        first = drain_step(services, replace(CALL, run_id="r0"), earlier=[])
        seed.due_job(database)
        report = drain_step(services, CALL, earlier=[[first], [first, first]])
        assert report.end is not None
        assert report.end.summary is not None
        assert (report.end.summary["succeeded"], report.end.summary["remaining"]) == (4, 0)

    def test_of_another_version_may_lack_a_count(self, services: Services, database: Database) -> None:
        """A deploy between two steps: what the engine remembers has another shape."""
        older = StepReport.model_validate(
            {"startedAt": "2026-11-23T19:50:00.000Z", "result": {"succeeded": 3, "remaining": 9}}
        )
        seed.due_job(database)
        report = drain_step(services, CALL, earlier=[[older]])
        assert report.end is not None
        assert report.end.summary is not None
        assert (report.end.summary["succeeded"], report.end.summary["claimed"]) == (4, 1)
