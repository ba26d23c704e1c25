from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from app import create_app
from lib.composition import Composition, compose
from tests import seed
from tests.conftest import Database


class TestHealth:
    def test_answers_without_any_store(self) -> None:
        """`/api/health` says only that the process answers (design §4)."""
        client = create_app(compose({"DATABASE_URL": "postgresql://127.0.0.1:1/none"})).test_client()
        assert client.get("/api/health").json == {"ok": True}


class TestReady:
    def test_a_verdict_for_each_dependency(self, client: FlaskClient) -> None:
        answer = client.get("/api/health/ready")
        assert answer.status_code == 200
        assert answer.json == {
            "ready": True,
            "checks": {
                "database": {"verdict": "ready", "detail": None},
                "redis": {"verdict": "ready", "detail": None},
                "inngest": {"verdict": "off", "detail": None},
                "ticks": {"verdict": "off", "detail": "Only production has a cron that has to call."},
            },
        }

    def test_is_cached(self, client: FlaskClient, database: Database) -> None:
        """For 5 seconds: a stranger cannot load the database through it."""
        assert client.get("/api/health/ready").status_code == 200
        database.run("UPDATE schema_compatibility SET schema_version = 1")
        assert client.get("/api/health/ready").status_code == 200

    def test_an_outdated_schema_is_not_ready(
        self, composed: Callable[..., Composition], database: Database
    ) -> None:
        database.run("UPDATE schema_compatibility SET schema_version = 1")
        answer = create_app(composed()).test_client().get("/api/health/ready")
        assert answer.status_code == 503
        assert answer.json is not None
        assert answer.json["checks"]["database"]["verdict"] == "schema_outdated"

    def test_the_cache_may_be_away(self, composed: Callable[..., Composition]) -> None:
        """Redis is a cache: away, the app is ready all the same."""
        answer = (
            create_app(composed(REDIS_URL="redis://127.0.0.1:1/0")).test_client().get("/api/health/ready")
        )
        assert answer.status_code == 200
        assert answer.json is not None
        assert answer.json["checks"]["redis"]["verdict"] == "away"

    def test_inngest_is_unproven_while_the_database_is_away(self) -> None:
        """What its runs did is written there."""
        url = "postgresql://127.0.0.1:1/none"
        composition = compose(
            {"DATABASE_URL": url, "INNGEST_DEV": "1", "DATABASE_CONNECT_TIMEOUT_MS": "1000"}
        )
        answer = create_app(composition).test_client().get("/api/health/ready")
        assert answer.json is not None
        assert answer.json["checks"]["inngest"]["verdict"] == "unproven"
        assert answer.json["checks"]["ticks"]["verdict"] == "off"

    def test_shows_no_host(self) -> None:
        url = "postgresql://secret-user:secret-word@127.0.0.1:1/secret-name"
        composition = compose({"DATABASE_URL": url, "DATABASE_CONNECT_TIMEOUT_MS": "1000"})
        answer = create_app(composition).test_client().get("/api/health/ready")
        assert answer.status_code == 503
        assert "secret" not in answer.text
        assert "127.0.0.1" not in answer.text


class TestTicks:
    """Ticks that do not come: the platform never retries and never tells."""

    @pytest.fixture
    def production(self, composed: Callable[..., Composition], database: Database) -> FlaskClient:
        database.run("UPDATE environment_stamp SET kind = 'production', stamped_at = everytick_now()")
        composition = composed(DEPLOYMENT="production", CRON_SECRET="production-cron-secret")
        return create_app(composition).test_client()

    @pytest.mark.parametrize(
        ("seconds_ago", "verdict", "missing"),
        [(0, "ready", 0), (200, "ready", 2), (241, "missing", 3), (9_000, "missing", 149)],
    )
    def test_three_windows_are_an_alarm(
        self, production: FlaskClient, database: Database, seconds_ago: int, verdict: str, missing: int
    ) -> None:
        """And no reason to send no requests here: the next one may be the tick."""
        seed.tick(database, "key", seconds_ago=seconds_ago)
        answer = production.get("/api/health/ready")
        assert answer.status_code == 200
        assert answer.json is not None
        assert answer.json["ready"] is True
        ticks = answer.json["checks"]["ticks"]
        assert (ticks["verdict"], ticks["missingWindows"]) == (verdict, missing)

    def test_a_cron_that_never_began(self, production: FlaskClient, database: Database) -> None:
        """It is missing since the database was set up."""
        database.run("UPDATE environment_stamp SET stamped_at = everytick_now() - interval '10 minutes'")
        answer = production.get("/api/health/ready")
        assert answer.json is not None
        assert answer.json["checks"]["ticks"] == {
            "verdict": "missing",
            "detail": "No tick ever since the database was set up: 9 windows without one. See to the cron.",
            "missingWindows": 9,
        }

    def test_a_new_deployment_has_time(self, production: FlaskClient) -> None:
        answer = production.get("/api/health/ready")
        assert answer.json is not None
        assert answer.json["checks"]["ticks"]["verdict"] == "ready"

    def test_cannot_be_known_while_the_database_is_away(self, composed: Callable[..., Composition]) -> None:
        composition = composed(
            DEPLOYMENT="production",
            CRON_SECRET="production-cron-secret",
            DATABASE_URL="postgresql://127.0.0.1:1/none",
            DATABASE_CONNECT_TIMEOUT_MS="1000",
        )
        answer = create_app(composition).test_client().get("/api/health/ready")
        assert answer.status_code == 503
        assert answer.json is not None
        assert answer.json["checks"]["ticks"]["verdict"] == "unknown"
