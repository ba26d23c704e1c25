"""`POST /api/operator/controls/{name}`: what the command does, by an operator who has no shell."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import create_app
from lib.composition import Composition
from tests import seed
from tests.conftest import Database
from tests.cron.test_background_jobs import locked
from tests.ticks.dispatching import at_window_start, sending_to, tick
from tests.ticks.event_apis import EventApiServer, event_api, takes
from tests.web.signing_in import OPERATOR_TOKEN, Browser

BEARER = {"Authorization": f"Bearer {OPERATOR_TOKEN}"}
CHANGES = "SELECT name, value, actor, reason FROM control_changes ORDER BY id"
NOWHERE = "http://127.0.0.1:9"

Build = Callable[..., FlaskClient]


@pytest.fixture
def build(composed: Callable[..., Composition]) -> Build:
    """An instance with the flag on and an operator."""

    def at(address: str = NOWHERE, **changes: str) -> FlaskClient:
        settings = sending_to(address, deadline_ms=10_000)
        return create_app(composed(**{**settings, "OPERATOR_TOKEN": OPERATOR_TOKEN, **changes})).test_client()

    return at


def put(client: FlaskClient, name: str, value: object, **more: Any) -> TestResponse:
    body = {"value": value, "actor": "ada", "reason": "to see", **more}
    return client.post(f"/api/operator/controls/{name}", json=body, headers=BEARER)


def told(answer: TestResponse) -> dict[str, Any]:
    """A 200's JSON."""
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.get_json()
    return said


class TestSet:
    def test_a_mode_and_what_the_next_tick_does(self, build: Build, database: Database) -> None:
        """Who and why are kept, and that it came by HTTP."""
        said = told(put(build(), "dispatch.mode", "inline"))
        assert said["changes"] == [{"name": "dispatch.mode", "old": None, "new": "inline", "expiresAt": None}]
        assert (said["dryRun"], said["next"]["mode"], said["next"]["reason"]) == (
            False,
            "inline",
            "control_inline",
        )
        assert database.rows(CHANGES) == [("dispatch.mode", "inline", "http:ada", "to see")]

    def test_a_share_sets_the_mode_as_well(self, build: Build, database: Database) -> None:
        """As `flask rollout set` does."""
        client = build()
        put(client, "dispatch.mode", "inline")
        assert told(put(client, "dispatch.percent", 25))["changes"] == [
            {"name": "dispatch.percent", "old": None, "new": 25, "expiresAt": None},
            {"name": "dispatch.mode", "old": "inline", "new": "auto", "expiresAt": None},
        ]
        assert [value for _, value, _, _ in database.rows(CHANGES)] == ["inline", 25, "auto"]

    def test_the_automatic(self, build: Build, database: Database) -> None:
        told(put(build(), "rollout.auto", True))
        assert database.rows(CHANGES) == [("rollout.auto", True, "http:ada", "to see")]

    def test_what_is_paused(self, build: Build, database: Database) -> None:
        """All of it, as it is stored."""
        workspace = str(seed.workspace(database))
        wanted = {"kinds": ["system.noop"], "workspaces": [workspace]}
        client = build()
        told(put(client, "jobs.paused", wanted))
        (change,) = told(put(client, "jobs.paused", {}))["changes"]
        assert (change["old"], change["new"]) == (wanted, {"kinds": [], "workspaces": []})

    def test_what_is_paused_may_stay_so(self, build: Build, database: Database) -> None:
        """Also where its kind is another version's and its workspace is gone."""
        gone = {"kinds": ["of.another"], "workspaces": [str(uuid4())]}
        database.run(
            "INSERT INTO controls (name, value, actor, reason) VALUES ('jobs.paused', %s::jsonb, 'x', 'y')",
            str(gone).replace("'", '"'),
        )
        more = {**gone, "kinds": ["of.another", "system.noop"]}
        assert told(put(build(), "jobs.paused", more))["changes"][0]["new"] == more

    def test_a_mode_for_a_while(self, build: Build, database: Database) -> None:
        client = build()
        said = told(put(client, "dispatch.mode", "inline", expiresInSeconds=60))
        assert said["changes"][0]["expiresAt"] is not None
        database.shift_clock(timedelta(seconds=61))
        assert told(put(client, "dispatch.mode", "auto"))["changes"][0]["old"] is None

    @pytest.mark.parametrize(("said", "ends"), [(None, False), (60, True), (60.0, True)])
    def test_an_end_as_json_may_say_it(self, build: Build, said: object, *, ends: bool) -> None:
        answer = told(put(build(), "dispatch.mode", "auto", expiresInSeconds=said))
        assert (answer["changes"][0]["expiresAt"] is not None) == ends

    def test_a_dry_run_changes_nothing(self, build: Build, database: Database) -> None:
        said = told(put(build(), "dispatch.percent", 5, dryRun=True))
        assert (said["dryRun"], said["next"], len(said["changes"])) == (True, None, 2)
        assert database.rows(CHANGES) == []

    def test_a_session_with_its_form_s_token(self, build: Build, database: Database) -> None:
        browser = Browser(build())
        browser.sign_in()
        body = {"value": "inline", "actor": "ada", "reason": "it burns"}
        where = "/api/operator/controls/dispatch.mode"
        held = browser.fields()["csrf_token"]
        assert browser.client.post(where, json=body).status_code == 403
        assert browser.client.post(where, json=body, headers={"x-csrf-token": held}).status_code == 200
        assert len(database.rows(CHANGES)) == 1

    def test_stands_where_the_next_tick_cannot_be_foreseen(self, build: Build, database: Database) -> None:
        """Set is set: that the database went away afterwards does not make it undone."""
        client = build(DATABASE_STATEMENT_TIMEOUT_MS="500")
        with locked(database, "breakers"):
            said = told(put(client, "dispatch.mode", "inline"))
        assert (said["changes"][0]["new"], said["next"]) == ("inline", None)
        assert len(database.rows(CHANGES)) == 1


class TestBack:
    def test_acts_on_the_very_next_call(self, build: Build, database: Database) -> None:
        """In the middle of a window that was dispatched."""
        at_window_start(database)
        with event_api(takes) as server:
            self.go_and_come_back(build(server.address), server)

    def go_and_come_back(self, client: FlaskClient, server: EventApiServer) -> None:
        assert tick(client)[1]["mode"] == "inngest"
        put(client, "dispatch.mode", "inline")
        _, body = tick(client)
        assert (body["mode"], body["reason"], len(server.heard)) == ("inline", "control_inline", 1)


class TestRefused:
    @pytest.mark.parametrize(
        ("name", "value", "more", "code"),
        [
            pytest.param("dispatch.mode", "inlin", {}, "control_unreadable", id="no mode"),
            pytest.param("dispatch.mode", None, {}, "control_unreadable", id="nothing"),
            pytest.param("dispatch.percent", 101, {}, "control_unreadable", id="more than all"),
            pytest.param(
                "dispatch.percent", 10**4_000, {}, "control_unreadable", id="a number of 4000 digits"
            ),
            pytest.param("dispatch.percent", 26, {}, "control_refused", id="beyond the ceiling"),
            pytest.param(
                "dispatch.percent", 5, {"expiresInSeconds": 60}, "control_refused", id="a share ends"
            ),
            pytest.param(
                "rollout.auto", True, {"expiresInSeconds": 60}, "control_refused", id="no mode ends"
            ),
            pytest.param("rollout.auto", "yes", {}, "control_unreadable", id="no boolean"),
            pytest.param("jobs.paused", {"kind": ["system.noop"]}, {}, "control_unreadable", id="misspelt"),
            pytest.param("jobs.paused", {"kinds": ["no.kind"]}, {}, "control_refused", id="no kind"),
            pytest.param("jobs.paused", {"kinds": ["a\x00"]}, {}, "control_refused", id="no text"),
            pytest.param(
                "jobs.paused", {"workspaces": [str(uuid4())]}, {}, "control_refused", id="no workspace"
            ),
            pytest.param("dispatch.mode", "auto", {"actor": " "}, "bad_request", id="nobody"),
            pytest.param("dispatch.mode", "auto", {"actor": "a\nb"}, "bad_request", id="two lines of who"),
            pytest.param("dispatch.mode", "auto", {"reason": ""}, "bad_request", id="no reason"),
            pytest.param(
                "dispatch.mode", "auto", {"reason": "\x00"}, "bad_request", id="no text of a reason"
            ),
            pytest.param("dispatch.mode", "auto", {"reason": "x" * 501}, "bad_request", id="a novel"),
            pytest.param("dispatch.mode", "auto", {"reason": 7}, "bad_request", id="a number for a reason"),
            pytest.param("dispatch.mode", "auto", {"expiresInSeconds": 0}, "bad_request", id="ends at once"),
            pytest.param("dispatch.mode", "auto", {"expiresInSeconds": True}, "bad_request", id="ends truly"),
            pytest.param(
                "dispatch.mode", "auto", {"expiresInSeconds": 1.5}, "bad_request", id="ends in between"
            ),
            pytest.param(
                "dispatch.mode", "auto", {"expiresInSeconds": "60"}, "bad_request", id="ends in words"
            ),
            pytest.param(
                "dispatch.mode", "auto", {"expiresInSeconds": 10**9}, "bad_request", id="ends never"
            ),
            pytest.param("dispatch.mode", "auto", {"dryRun": "no"}, "bad_request", id="maybe dry"),
            pytest.param("dispatch.mode", "auto", {"dryrun": True}, "bad_request", id="a field misspelt"),
        ],
    )
    def test_nothing_is_changed(
        self, build: Build, database: Database, name: str, value: object, more: dict[str, Any], code: str
    ) -> None:
        answer = put(build(BACKGROUND_JOBS_INNGEST_PERCENT="25"), name, value, **more)
        problem = answer.get_json(force=True)
        assert (answer.status_code, problem["code"]) == (400, code)
        assert database.rows(CHANGES) == []

    @pytest.mark.parametrize(
        "body",
        [b"", b"{", b"[]", b"\xff", b'{"value": "\\ud800"}', b"[" * 60_000, b'{"value": 1' + b"0" * 5_000],
    )
    def test_a_body_that_is_no_object(self, build: Build, body: bytes) -> None:
        answer = build().post(
            "/api/operator/controls/dispatch.mode",
            data=body,
            content_type="application/json",
            headers=BEARER,
        )
        assert (answer.status_code, answer.get_json(force=True)["code"]) == (400, "bad_request")

    def test_what_was_sent_is_not_repeated(self, build: Build) -> None:
        """A field that is none of ours may hold anything."""
        answer = put(build(), "dispatch.mode", "auto", **{"secret-word": "secret-word"})
        assert answer.status_code == 400
        assert "secret-word" not in answer.text

    def test_a_stranger_learns_nothing(self, build: Build, database: Database) -> None:
        """Not even which controls there are."""
        client = build()
        where = "/api/operator/controls"
        answers = [client.post(f"{where}/{name}", json={}) for name in ("dispatch.mode", "no.control")]
        assert [answer.status_code for answer in answers] == [401, 401]
        closed = build(OPERATOR_TOKEN="")
        assert put(closed, "dispatch.mode", "inline").status_code == 401
        assert database.rows(CHANGES) == []

    def test_without_a_database(self, build: Build) -> None:
        client = build(DATABASE_URL="postgresql://127.0.0.1:1/none", DATABASE_CONNECT_TIMEOUT_MS="1000")
        answer = put(client, "dispatch.mode", "inline")
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
