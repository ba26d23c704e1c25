from collections.abc import Callable

import pytest
from flask import Flask

from app import create_app
from lib.composition import Composition
from tests.conftest import CRON_SECRET, Database

HEADERS = {"Authorization": f"Bearer {CRON_SECRET}"}


class TestStampOfAnotherKind:
    """A database stamped `production` refuses every other kind, and the whole app with it (design §9)."""

    @pytest.fixture
    def refused(self, composed: Callable[..., Composition], database: Database) -> Flask:
        database.run("UPDATE environment_stamp SET kind = 'production'")
        app = create_app(composed())
        answer = app.test_client().get("/api/cron/background-jobs", headers=HEADERS)
        assert answer.status_code == 503
        assert answer.json is not None
        assert answer.json["code"] == "database_stamp_mismatch"
        return app

    @pytest.mark.parametrize("url", ["/api/health", "/api/health/ready", "/api/inngest", "/nowhere"])
    def test_every_route_is_refused(self, refused: Flask, url: str) -> None:
        answer = refused.test_client().get(url)
        assert answer.status_code == 503
        assert answer.json is not None
        assert answer.json["code"] == "database_stamp_mismatch"
        assert "x-inngest-env" not in answer.headers

    def test_nothing_was_written(self, refused: Flask, database: Database) -> None:
        del refused
        assert database.rows("SELECT * FROM runs") == []
        assert database.rows("SELECT * FROM dispatches") == []
