from collections.abc import Callable

from flask.testing import FlaskClient

from app import create_app
from lib.composition import Composition, compose
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

    def test_shows_no_host(self) -> None:
        url = "postgresql://secret-user:secret-word@127.0.0.1:1/secret-name"
        composition = compose({"DATABASE_URL": url, "DATABASE_CONNECT_TIMEOUT_MS": "1000"})
        answer = create_app(composition).test_client().get("/api/health/ready")
        assert answer.status_code == 503
        assert "secret" not in answer.text
        assert "127.0.0.1" not in answer.text
