from collections.abc import Callable

import pytest
from structlog.testing import capture_logs

from lib.clock import Deadline
from lib.composition import Composition
from lib.maintenance.queue_health import QUEUE_HEALTH
from lib.services import Services
from tests import seed
from tests.conftest import Database


def judge(services: Services) -> dict[str, object]:
    return dict(QUEUE_HEALTH.run(services, Deadline.after_ms(services.clock, 5_000)).counts)


class TestStale:
    def test_an_old_due_job_is_an_error(self, services: Services, database: Database) -> None:
        """Failure D4: somebody is told before somebody asks."""
        job = seed.due_job(database, minutes_ago=31)
        with capture_logs() as logs:
            judge(services)
        (told,) = [entry for entry in logs if entry["event"] == "queue.stale"]
        assert (told["log_level"], told["oldest_due_id"], told["due"]) == ("error", job, 1)

    def test_a_young_queue_is_quiet(self, services: Services, database: Database) -> None:
        seed.due_job(database, minutes_ago=29)
        with capture_logs() as logs:
            judge(services)
        assert [entry for entry in logs if entry["event"] == "queue.stale"] == []


class TestStuckRuns:
    """Failure D4: a run that fell silent is seen although nothing failed."""

    @pytest.mark.parametrize(
        ("silent_minutes", "retry_in_minutes", "stuck"),
        [
            pytest.param(14, None, 0, id="alive"),
            pytest.param(16, None, 1, id="silent"),
            pytest.param(16, 5, 0, id="waits for its retry"),
            pytest.param(16, -2, 1, id="its retry never came"),
        ],
    )
    def test_are_counted(
        self,
        services: Services,
        database: Database,
        silent_minutes: int,
        retry_in_minutes: int | None,
        stuck: int,
    ) -> None:
        """Running, no beat for 900 s, and past its noted retry time plus a minute (design §5)."""
        database.run(
            "INSERT INTO runs (job_name, run_id, source, status, owner, beat_at, retry_at) VALUES"
            " ('process-background-jobs', 'r', 'inngest', 'running', 'x',"
            "  everytick_now() - %s * interval '1 minute', everytick_now() + %s * interval '1 minute')",
            silent_minutes,
            retry_in_minutes,
        )
        assert judge(services)["stuckRuns"] == stuck


class TestMissingTicks:
    @pytest.fixture
    def production(self, composed: Callable[..., Composition], database: Database) -> Services:
        database.run("UPDATE environment_stamp SET kind = 'production'")
        held = composed(DEPLOYMENT="production", CRON_SECRET="production-cron-secret").services
        assert held is not None
        return held

    @pytest.mark.parametrize(("previous", "missing"), [(None, 0), (60, 0), (119, 0), (130, 1), (600, 9)])
    def test_are_counted_in_production(
        self, production: Services, database: Database, previous: int | None, missing: int
    ) -> None:
        """The platform never retries and never tells."""
        if previous is not None:
            seed.tick(database, "previous", seconds_ago=previous)
        seed.tick(database, "this")
        with capture_logs() as logs:
            assert judge(production)["missingTicks"] == missing
        told = [(line["log_level"], line["windows"]) for line in logs if line["event"] == "ticks.missed"]
        assert told == ([("error", missing)] if missing >= 3 else [])

    def test_are_unknown_elsewhere(self, services: Services) -> None:
        assert judge(services)["missingTicks"] is None
