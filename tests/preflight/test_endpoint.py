from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask, request

from dev.engine.clock import EngineClock
from lib.preflight.check import CheckName
from tests.inngest_functions.conftest import KEYS
from tests.preflight.world import World

KEY, FALLBACK = KEYS["production"]


class TestEndpoint:
    def test_with_a_fallback_key(self, world: World) -> None:
        """Each key that is set is tried; Inngest may be at either."""
        world.served.app = world.app(INNGEST_SIGNING_KEY_FALLBACK=FALLBACK)
        world.changes["INNGEST_SIGNING_KEY_FALLBACK"] = FALLBACK
        assert (
            "INNGEST_SIGNING_KEY and a GET signed by INNGEST_SIGNING_KEY_FALLBACK"
            in (world.check(CheckName.ENDPOINT, 0)["seen"])
        )

    @pytest.mark.parametrize("variable", ["INNGEST_SIGNING_KEY", "INNGEST_SIGNING_KEY_FALLBACK"])
    def test_a_key_that_is_not_deployed(self, world: World, variable: str) -> None:
        world.changes[variable] = FALLBACK
        found = world.check(CheckName.ENDPOINT)
        assert (found["verdict"], found["seen"].endswith("answered 401 where 200 is due.")) == (
            "not_ok",
            True,
        )
        assert f"has another {variable}" in found["cure"]

    def test_an_app_that_asks_for_no_signature(self, world: World) -> None:
        """As one in the SDK's development mode would answer."""
        world.served.app = naive = Flask("naive")
        naive.add_url_rule("/api/inngest", "x", lambda: ("", 200, {"x-inngest-env": "production"}))
        found = world.check(CheckName.ENDPOINT)
        assert "unsigned GET: answered 200 where 401 is due" in found["seen"]

    @pytest.mark.parametrize("env", [None, "preview", "Production"])
    def test_what_is_not_ours_is_asked_no_more(self, world: World, env: str | None) -> None:
        """Nothing that is signed goes there, and nothing that another app might take for an order."""
        asked: list[tuple[str, bool]] = []

        def answer() -> tuple[str, int, dict[str, str]]:
            asked.append((request.method, "x-inngest-signature" in request.headers))
            return "", 401, {} if env is None else {"x-inngest-env": env}

        world.served.app = stranger = Flask("stranger")
        stranger.add_url_rule("/api/inngest", "x", answer, methods=["GET", "POST", "PUT"])
        found = world.check(CheckName.ENDPOINT)
        assert (found["verdict"], "where 'production' is due" in found["seen"]) == ("not_ok", True)
        assert set(asked) == {("HEAD", False), ("GET", False)}

    def test_nobody_there(self, world: World) -> None:
        world.changes["INNGEST_SERVE_ORIGIN"] = "http://127.0.0.1:1"
        found = world.check(CheckName.ENDPOINT)
        assert (found["verdict"], "Nothing listens there" in found["seen"]) == ("cannot_know", True)

    def test_an_address_that_anybody_can_listen_to(self, world: World) -> None:
        world.changes["INNGEST_SERVE_ORIGIN"] = "http://everytick.example.com"
        assert "neither https" in world.check(CheckName.ENDPOINT)["seen"]

    def test_in_development_nothing_is_signed(self, world: World) -> None:
        world.database.run("UPDATE environment_stamp SET kind = 'development'")
        given = {name: world.environ[name] for name in ("DATABASE_URL", "CRON_SECRET", "DATABASE_POOL_MAX")}
        world.environ = {**given, "INNGEST_DEV": world.api.url, "BACKGROUND_JOBS_USE_INNGEST": "true"}
        assert world.check(CheckName.ENDPOINT)["verdict"] == "cannot_know"


class TestTime:
    def test_is_the_instances_own(self, world: World) -> None:
        """A signature is made by this instance's clock: six minutes off, and the other side refuses it."""
        world.clock = EngineClock(datetime.now(UTC) + timedelta(minutes=6))
        found = world.check(CheckName.ENDPOINT)
        assert (found["verdict"], "answered 401 where 200 is due" in found["seen"]) == ("not_ok", True)
        assert "see the line `clocks`" in found["cure"]
