"""`flask inngest sync` as an operator types it, against an API on loopback (design §3, §9)."""

import hashlib
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from click.testing import Result

from app import create_app
from lib.composition import Composition
from tests.conftest import Database
from tests.inngest_api import InngestApi, inngest_api

HEX = "0123456789abcdef" * 4
FUNCTIONS = {
    "everytick-process-background-jobs",
    "everytick-process-background-jobs-failure",
    "everytick-background-maintenance",
    "everytick-background-maintenance-failure",
}
Sync = Callable[..., Result]


@pytest.fixture
def api() -> Iterator[InngestApi]:
    with inngest_api() as api:
        yield api


@pytest.fixture
def sync(composed: Callable[..., Composition], database: Database, api: InngestApi) -> Sync:
    """Type the command in a production whose Inngest is a server of one's own: the one on loopback."""
    database.run("UPDATE environment_stamp SET kind = 'production'")
    production = {
        "DEPLOYMENT": "production",
        "INNGEST_SELF_HOSTED": "true",
        "INNGEST_BASE_URL": api.url,
        "INNGEST_SIGNING_KEY": f"signkey-prod-{HEX}",
        "INNGEST_EVENT_KEY": "eventkey",
        "INNGEST_SERVE_ORIGIN": "https://tick.example.com",
    }

    def invoke(*arguments: str, **changes: str) -> Result:
        app = create_app(composed(**{**production, **changes}))
        return app.test_cli_runner().invoke(args=["inngest", "sync", *arguments])

    return invoke


def said(result: Result, code: int) -> Any:
    assert result.exit_code == code, result.output
    return json.loads(result.stdout)


class TestAccepted:
    def test_what_is_registered(self, sync: Sync, api: InngestApi) -> None:
        """The configured origin, the environment, both functions and what follows a failed run."""
        answer = said(sync("--json"), 0)
        (request,) = api.received
        sent = json.loads(request.body)
        assert (request.method, request.path, sent["url"]) == (
            "POST",
            "/fn/register",
            "https://tick.example.com/api/inngest",
        )
        bearer = hashlib.sha256(bytes.fromhex(HEX)).hexdigest()
        assert request.headers["authorization"] == f"Bearer {bearer}"
        assert request.headers["x-inngest-env"] == "production"
        assert {function["id"] for function in sent["functions"]} == FUNCTIONS
        assert answer["url"] == sent["url"]
        assert (answer["env"], answer["modified"], answer["dryRun"]) == ("production", True, False)

    def test_it_is_said(self, sync: Sync) -> None:
        told = sync().stdout
        assert "Registered 4 functions at https://tick.example.com/api/inngest" in told

    def test_the_fallback_key_serves_when_the_first_is_refused(self, sync: Sync, api: InngestApi) -> None:
        """Keys are rotated in two steps, and Inngest may be at either."""
        api.says(401, {"error": "unauthorized"})
        sync(INNGEST_SIGNING_KEY_FALLBACK=f"signkey-prod-{HEX[::-1]}")
        first, second = api.received
        assert first.headers["authorization"] != second.headers["authorization"]


class TestDryRun:
    def test_nothing_is_sent(self, sync: Sync, api: InngestApi) -> None:
        shown = said(sync("--dry-run", "--json"), 0)
        assert api.received == []
        assert shown["dryRun"] is True
        assert shown["functions"][0] == {
            "id": "everytick-process-background-jobs",
            "triggers": ["background/process.requested"],
            "retries": 5,
            "concurrency": [{"limit": 3}],
            "idempotency": "event.data.dispatchKey",
            "timeouts": {"start": "10m", "finish": "30m"},
        }

    @pytest.fixture
    def sync(self, sync: Sync) -> Sync:
        return lambda *arguments: sync(
            *arguments,
            BACKGROUND_JOBS_INNGEST_CONCURRENCY="3",
            BACKGROUND_JOBS_MAX_EVENT_AGE_SECONDS="600",
        )

    def test_in_words(self, sync: Sync) -> None:
        told = sync("--dry-run").stdout
        assert "background/process.requested: retries 5, concurrency limit 3, idempotency" in told
        assert "Would register 4 functions at https://tick.example.com/api/inngest" in told


class TestNotTaken:
    """Exit 1, with what was said."""

    @pytest.mark.parametrize(
        ("status", "body", "word"),
        [
            (401, {"error": "unauthorized: unknown key"}, "unknown key"),
            (400, {"ok": False, "error": "too many functions"}, "too many functions"),
            (200, {"error": "rejected for now"}, "rejected for now"),
            (403, {"message": "no such environment"}, "no such environment"),
            (200, {"ok": False}, "did not say why"),
            (200, {}, "did not say why"),
            (500, [], "not an object"),
        ],
    )
    def test_refused(self, sync: Sync, api: InngestApi, status: int, body: object, word: str) -> None:
        api.says(status, body)
        error = said(sync("--json"), 1)["error"]
        assert error["code"] == "sync_failed"
        assert word in error["message"]

    def test_a_page_of_something_in_front(self, sync: Sync, api: InngestApi) -> None:
        api.status, api.body, api.content_type = 200, b"<html>sign in</html>", "text/html"
        assert "not valid JSON" in said(sync("--json"), 1)["error"]["message"]

    def test_away(self, sync: Sync) -> None:
        result = sync(INNGEST_BASE_URL="http://127.0.0.1:1")
        assert result.exit_code == 1
        assert "Inngest did not take the registration: Failed request to http://127.0.0.1:1/" in result.stderr

    def test_hanging(self, sync: Sync, api: InngestApi, monkeypatch: pytest.MonkeyPatch) -> None:
        """The whole registration has one deadline; the SDK allows half a minute for each phase."""
        monkeypatch.setattr("inngest_functions.sync.SYNC_SECONDS", 0.3)
        api.hangs = True
        started = time.monotonic()
        assert "in time" in said(sync("--json"), 1)["error"]["message"]
        assert time.monotonic() - started < 10

    def test_what_was_said_shows_no_secret(self, sync: Sync, api: InngestApi) -> None:
        api.says(401, {"error": f"no such key: signkey-prod-{HEX}, eventkey"})
        result = sync()
        assert HEX not in result.output
        assert "[redacted]" in result.stderr


class TestNotUsableHere:
    """Exit 3, with each problem and its cure."""

    def test_without_keys(self, composed: Callable[..., Composition]) -> None:
        """Although the flag is off, so that nothing is wrong with the deployment itself."""
        app = create_app(composed())
        assert app.extensions["everytick"].decision.problems == ()
        error = said(app.test_cli_runner().invoke(args=["inngest", "sync", "--json"]), 3)["error"]
        assert {problem["code"] for problem in error["problems"]} == {
            "signing_key_missing",
            "event_key_missing",
        }

    def test_with_a_malformed_key(self, sync: Sync, api: InngestApi) -> None:
        result = sync(INNGEST_SIGNING_KEY="signkey-prod-xyz", INNGEST_SERVE_ORIGIN="https://x.example")
        assert result.exit_code == 3
        assert "signing_key_malformed" in result.stderr
        assert api.received == []

    def test_without_an_origin(self, sync: Sync, api: InngestApi) -> None:
        assert said(sync("--json", INNGEST_SERVE_ORIGIN=" "), 3)["error"]["code"] == "serve_origin_missing"
        assert api.received == []

    def test_in_a_refused_app(self, sync: Sync, api: InngestApi) -> None:
        assert sync(INNGEST_DEV="1").exit_code == 3
        assert api.received == []


class TestDevServer:
    def test_it_is_told_where_bin_dev_serves(
        self, composed: Callable[..., Composition], api: InngestApi
    ) -> None:
        app = create_app(composed(INNGEST_DEV=api.url))
        assert said(app.test_cli_runner().invoke(args=["inngest", "sync", "--json"]), 0)["env"] == "dev"
        (request,) = api.received
        assert json.loads(request.body)["url"] == "http://127.0.0.1:8000/api/inngest"
        assert "authorization" not in request.headers
