"""`GET /metrics`: who may read it, and that it tells what the rows say."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from prometheus_client.core import Metric
from prometheus_client.openmetrics.parser import (
    text_string_to_metric_families as open_metrics_families,
)
from prometheus_client.parser import text_string_to_metric_families
from structlog.testing import capture_logs

from app import create_app
from lib.composition import Composition
from lib.operator.metrics import METRICS
from lib.rollout.control_store import set_control
from lib.rollout.controls import ControlName, DispatchControl
from lib.rollout.steering import ACTOR
from lib.services import Services
from lib.status.run_status import JobName
from tests import seed
from tests.conftest import Database
from tests.operator.commands.rollout_command import open_breaker
from tests.ticks.dispatching import sending_to

METRICS_TOKEN, OPERATOR_TOKEN = "test-metrics-token-0123456789", "test-operator-token-0123456789"
URL = "/metrics"
BEARER = {"Authorization": f"Bearer {METRICS_TOKEN}"}
OPEN_METRICS = "application/openmetrics-text; version=1.0.0"


@pytest.fixture
def scraped(composed: Callable[..., Composition]) -> FlaskClient:
    """An instance with both tokens."""
    composition = composed(METRICS_TOKEN=METRICS_TOKEN, OPERATOR_TOKEN=OPERATOR_TOKEN)
    return create_app(composition).test_client()


@pytest.fixture
def production(composed: Callable[..., Composition], database: Database) -> FlaskClient:
    """An instance that has a cron."""
    database.run("UPDATE environment_stamp SET kind = 'production', stamped_at = everytick_now()")
    composition = composed(
        DEPLOYMENT="production", CRON_SECRET="production-cron-secret", METRICS_TOKEN=METRICS_TOKEN
    )
    return create_app(composition).test_client()


def families_in(text: str) -> list[Metric]:
    """What Prometheus's own parser makes of an answer."""
    return list(text_string_to_metric_families(text))


def scrape(client: FlaskClient) -> dict[tuple[str, ...], float]:
    """Each sample's value, by its metric's name and the values of its labels."""
    answer = client.get(URL, headers=BEARER)
    assert answer.status_code == 200
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in families_in(answer.text)
        for sample in family.samples
    }


class TestWhoMayRead:
    @pytest.mark.parametrize("token", [METRICS_TOKEN, OPERATOR_TOKEN])
    def test_the_monitor_and_the_operator(self, scraped: FlaskClient, token: str) -> None:
        answer = scraped.get(URL, headers={"Authorization": f"Bearer {token}"})
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")

    @pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer x", f"Basic {METRICS_TOKEN}"])
    def test_nobody_else(self, scraped: FlaskClient, header: str | None) -> None:
        answer = scraped.get(URL, headers={} if header is None else {"Authorization": header})
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"

    @pytest.mark.parametrize("header", [None, "Bearer ", "Bearer x"])
    def test_without_a_token_it_is_closed(self, client: FlaskClient, header: str | None) -> None:
        """A secret that is not set means closed, never open (design §4)."""
        answer = client.get(URL, headers={} if header is None else {"Authorization": header})
        assert answer.status_code == 401

    def test_each_token_alone_is_enough(self, composed: Callable[..., Composition]) -> None:
        client = create_app(composed(METRICS_TOKEN=METRICS_TOKEN)).test_client()
        assert client.get(URL, headers=BEARER).status_code == 200
        refused = client.get(URL, headers={"Authorization": f"Bearer {OPERATOR_TOKEN}"})
        assert refused.status_code == 401


class TestFormat:
    def test_prometheus_reads_it(self, production: FlaskClient, database: Database) -> None:
        """Every metric that is declared is told, with its type, its help and its labels."""
        seed.tick(database, "key")
        answer = production.get(URL, headers=BEARER)
        assert answer.content_type.startswith("text/plain; version=")
        assert [
            (family.name, family.type, family.documentation, tuple(family.samples[0].labels))
            for family in families_in(answer.text)
        ] == [(metric.name, "gauge", metric.help, metric.labels) for metric in METRICS]

    def test_open_metrics_where_it_is_asked_for(self, scraped: FlaskClient) -> None:
        answer = scraped.get(URL, headers={**BEARER, "Accept": OPEN_METRICS})
        assert answer.content_type.startswith("application/openmetrics-text")
        first = next(iter(open_metrics_families(answer.text)))  # type: ignore[no-untyped-call]
        assert first.name == "everytick_up"


class TestValues:
    def test_an_empty_database(self, scraped: FlaskClient) -> None:
        """Zeros and closed breakers, so that a rule on them has something to compare."""
        told = scrape(scraped)
        assert {name: value for name, value in told.items() if value} == {
            ("everytick_up",): 1,
            ("everytick_breaker_state", "process", "closed"): 1,
            ("everytick_breaker_state", "maintenance", "closed"): 1,
        }
        assert told[("everytick_recent_windows", "inline-recovery")] == 0
        assert ("everytick_last_tick_age_seconds",) not in told
        assert ("everytick_windows_missing",) not in told

    def test_come_from_the_rows(self, scraped: FlaskClient, database: Database) -> None:
        """Whoever wrote them: an instance that has done nothing tells the same."""
        seed.tick(database, "a", mode="inngest", seconds_ago=500)
        seed.tick(database, "b", mode="inline-recovery", seconds_ago=100)
        database.run("UPDATE dispatches SET recoveries = 1 WHERE dispatch_key = 'b'")
        seed.line(database, "a", JobName.PROCESS, "unexecuted", seconds_ago=500)
        seed.line(database, "a", JobName.MAINTENANCE, "accepted", seconds_ago=500)
        open_breaker(database, JobName.PROCESS)
        seed.due_job(database, minutes_ago=31)
        database.run(
            "INSERT INTO runs (job_name, run_id, source, status, owner, beat_at) VALUES"
            " (%s, 'r', 'inngest', 'running', 'x', everytick_now() - interval '16 minutes')",
            JobName.PROCESS,
        )
        told = scrape(scraped)
        assert told[("everytick_recent_windows", "inngest")] == 1
        assert told[("everytick_recent_windows", "inline-recovery")] == 1
        assert told[("everytick_recent_recoveries",)] == 1
        assert told[("everytick_last_tick_age_seconds",)] == pytest.approx(100, abs=30)
        assert told[("everytick_open_lines", "process", "unexecuted")] == 1
        assert told[("everytick_open_lines", "maintenance", "waiting")] == 1
        assert told[("everytick_stuck_runs",)] == 1
        assert told[("everytick_breaker_state", "process", "open")] == 1
        assert told[("everytick_breaker_state", "process", "closed")] == 0
        assert told[("everytick_jobs_due",)] == 1
        assert told[("everytick_oldest_due_job_age_seconds",)] == pytest.approx(31 * 60, abs=30)

    def test_the_rollout(self, composed: Callable[..., Composition], services: Services) -> None:
        """What the levers come to, and whether a tick itself went back."""
        on = {**sending_to("http://127.0.0.1:9"), "METRICS_TOKEN": METRICS_TOKEN}
        client = create_app(composed(**on, BACKGROUND_JOBS_INNGEST_PERCENT="25")).test_client()
        assert scrape(client)[("everytick_rollout_percent",)] == 25
        with services.store.transaction() as connection:
            set_control(
                connection, ControlName.DISPATCH_MODE, DispatchControl.INLINE, actor=ACTOR, reason="breach"
            )
        back = create_app(composed(**on)).test_client()
        assert scrape(back)[("everytick_rollout_percent",)] == 0
        assert scrape(back)[("everytick_rollout_went_back",)] == 1

    def test_missing_windows(self, production: FlaskClient, database: Database) -> None:
        """The same number as the ready route's."""
        seed.tick(database, "key", seconds_ago=610)
        assert scrape(production)[("everytick_windows_missing",)] == 9
        ready = production.get("/api/health/ready")
        assert ready.json is not None
        assert ready.json["checks"]["ticks"]["missingWindows"] == 9

    def test_are_cached(self, scraped: FlaskClient, database: Database) -> None:
        """For 5 s: however many scrape, the database is asked once."""
        first = scrape(scraped)
        seed.due_job(database, minutes_ago=1)
        assert scrape(scraped) == first


class TestDatabaseAway:
    def test_is_told_and_nothing_else(self, composed: Callable[..., Composition]) -> None:
        composition = composed(
            METRICS_TOKEN=METRICS_TOKEN,
            DATABASE_URL="postgresql://secret-user:secret-word@127.0.0.1:1/none",
            DATABASE_CONNECT_TIMEOUT_MS="1000",
        )
        client = create_app(composition).test_client()
        with capture_logs() as logs:
            assert scrape(client) == {("everytick_up",): 0}
        (line,) = [line for line in logs if line["event"] == "store.unavailable"]
        assert (line["while_doing"], line["code"]) == ("metrics", "store_unavailable")

    def test_an_outdated_schema_counts_as_away(self, scraped: FlaskClient, database: Database) -> None:
        database.run("UPDATE schema_compatibility SET schema_version = 1")
        assert scrape(scraped) == {("everytick_up",): 0}
