import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import create_app
from lib.composition import Composition
from tests.conftest import Database, FakeClock

SECRET = "test-inbound-secret-0123456789"
MAIL = b"From: Ada <ada@x.example>\nSubject: hello\nMessage-ID: <1@x.example>\n\nbody\n"
PATH = "/api/inbound/email"


NOTHING: Mapping[str, str | None] = MappingProxyType({})


def said(answer: TestResponse) -> dict[str, Any]:
    """The answer's JSON."""
    body: dict[str, Any] = answer.get_json()
    return body


def signed(body: bytes, workspace: str, at: datetime, *, shift: int = 0, secret: str = SECRET) -> str:
    """The header as design §4 writes it, put together without the code under test."""
    t = str(int(at.timestamp()) + shift)
    mac = hmac.new(secret.encode(), f"{t}.{workspace}.".encode() + body, hashlib.sha256)
    return f"t={t},v1={mac.hexdigest()}"


@pytest.fixture
def client(composed: Callable[..., Composition], clock: FakeClock) -> FlaskClient:
    return app_at(composed(), clock).test_client()


def app_at(composition: Composition, clock: FakeClock) -> Flask:
    assert composition.services is not None
    return create_app(replace(composition, services=replace(composition.services, clock=clock)))


@pytest.fixture
def workspace(database: Database) -> str:
    made: UUID = database.value("INSERT INTO workspaces (name) VALUES ('default') RETURNING id")
    return str(made)


class Relay:
    """Sends mail as a relay would, with what the test changes."""

    def __init__(self, client: FlaskClient, workspace: str, clock: FakeClock) -> None:
        self.client, self.workspace, self.clock = client, workspace, clock

    def send(
        self, body: bytes = MAIL, *, path: str = PATH, changes: Mapping[str, str | None] = NOTHING
    ) -> TestResponse:
        headers = {
            "content-type": "message/rfc822",
            "x-workspace-id": self.workspace,
            "x-signature": signed(body, changes.get("x-workspace-id") or self.workspace, self.clock.now()),
            **changes,
        }
        sent = {name: value for name, value in headers.items() if value is not None}
        return self.client.post(path, data=body, headers=sent)


def everything(database: Database) -> list[object]:
    """Every row that a mail may touch, each with the transaction that wrote it."""
    tables = ("messages", "leads", "jobs", "workspaces", "drafts")
    return [database.rows(f"SELECT xmin::text, t.* FROM {table} t ORDER BY id") for table in tables]


@pytest.fixture
def relay(client: FlaskClient, workspace: str, clock: FakeClock) -> Relay:
    return Relay(client, workspace, clock)


class TestAccepted:
    def test_a_mail_is_stored_with_its_job(self, relay: Relay, database: Database) -> None:
        answer = relay.send()
        assert answer.status_code == 202
        ((message, job),) = database.rows(
            "SELECT m.id, j.id FROM messages m JOIN jobs j ON j.payload ->> 'messageId' = m.id::text"
        )
        assert answer.json == {"messageId": str(message), "jobId": job, "duplicate": False}

    def test_the_same_mail_again_is_a_duplicate(self, relay: Relay, database: Database) -> None:
        """Deduplicated by Message-ID (design §4), so that a relay may send again."""
        first = relay.send()
        again = relay.send(MAIL + b"another way through the network\n")
        assert again.status_code == 202
        assert again.json == {"messageId": said(first)["messageId"], "jobId": None, "duplicate": True}
        assert database.value("SELECT count(*) FROM jobs") == 1

    @pytest.mark.parametrize("later", [0, 299])
    def test_a_captured_call_sent_again_changes_no_row(
        self, relay: Relay, database: Database, later: int
    ) -> None:
        """Its signature holds for five minutes; who has caught it gets nothing done by it."""
        headers = {"x-signature": signed(MAIL, relay.workspace, relay.clock.now())}
        assert relay.send(changes=headers).status_code == 202
        before = everything(database)
        relay.clock.advance(later)
        again = relay.send(changes=headers)
        assert (again.status_code, said(again)["duplicate"]) == (202, True)
        assert everything(database) == before

    def test_a_captured_call_serves_no_other_mail_and_no_other_workspace(
        self, relay: Relay, database: Database
    ) -> None:
        headers = {"x-signature": signed(MAIL, relay.workspace, relay.clock.now())}
        other = str(database.value("INSERT INTO workspaces (name) VALUES ('other') RETURNING id"))
        answers = [
            relay.send(MAIL + b"and more\n", changes=headers),
            relay.send(changes={**headers, "x-workspace-id": other}),
            relay.send(changes={**headers, "x-workspace-id": relay.workspace.upper()}),
        ]
        assert [answer.status_code for answer in answers] == [401, 401, 401]
        assert database.value("SELECT count(*) FROM messages") == 0

    def test_without_a_message_id_the_body_tells(self, relay: Relay) -> None:
        body = b"From: a@b.example\n\nx"
        assert said(relay.send(body))["duplicate"] is False
        assert said(relay.send(body))["duplicate"] is True
        assert said(relay.send(body + b"y"))["duplicate"] is False

    @pytest.mark.parametrize("path", [PATH, PATH + "/"])
    def test_a_trailing_slash_is_no_redirect(self, relay: Relay, path: str) -> None:
        assert relay.send(path=path).status_code == 202

    @pytest.mark.parametrize("shift", [-300, 0, 300])
    def test_five_minutes_of_skew_are_allowed_both_ways(self, relay: Relay, shift: int) -> None:
        header = signed(MAIL, relay.workspace, relay.clock.now(), shift=shift)
        assert relay.send(changes={"x-signature": header}).status_code == 202


class TestUnauthorised:
    @pytest.mark.parametrize(
        "forge",
        [
            pytest.param(lambda _w, _n: None, id="missing"),
            pytest.param(lambda _w, _n: "", id="blank"),
            pytest.param(lambda w, n: signed(MAIL, w, n, secret="another-secret"), id="another secret"),
            pytest.param(lambda w, n: signed(MAIL + b"!", w, n), id="another body"),
            pytest.param(lambda _w, n: signed(MAIL, str(uuid4()), n), id="another workspace"),
            pytest.param(lambda w, n: signed(MAIL, w, n, shift=-301), id="too old"),
            pytest.param(lambda w, n: signed(MAIL, w, n, shift=301), id="too far ahead"),
            pytest.param(lambda w, n: signed(MAIL, w, n).replace("v1=", "v0="), id="another version"),
            pytest.param(lambda w, n: signed(MAIL, w, n).split(",")[1], id="no time"),
            pytest.param(lambda w, n: signed(MAIL, w, n).split(",")[0], id="no signature"),
            pytest.param(lambda w, n: signed(MAIL, w, n) + "," + signed(MAIL, w, n), id="doubled"),
            pytest.param(lambda w, n: signed(MAIL, w, n)[:-1], id="cut off"),
            pytest.param(lambda w, n: signed(MAIL, w, n)[:-1] + "é", id="not ASCII"),
            pytest.param(lambda w, n: signed(MAIL, w, n)[:-1] + "٣", id="an Arabic digit"),
            pytest.param(lambda w, n: signed(MAIL, w, n).replace("t=1", "t=\u0661", 1), id="an Arabic time"),
            pytest.param(lambda w, n: signed(MAIL, w, n).replace("t=", "t=-"), id="a negative time"),
            pytest.param(lambda _w, _n: "t=" + "9" * 400 + ",v1=" + "0" * 64, id="a time beyond numbers"),
        ],
    )
    def test_is_401_without_hints_and_stores_nothing(
        self, relay: Relay, database: Database, forge: Callable[[str, datetime], str | None]
    ) -> None:
        answer = relay.send(changes={"x-signature": forge(relay.workspace, relay.clock.now())})
        assert answer.status_code == 401
        assert said(answer)["code"] == "unauthorized"
        assert database.value("SELECT count(*) FROM messages") == 0

    def test_two_signature_headers_are_401(self, relay: Relay) -> None:
        header = signed(MAIL, relay.workspace, relay.clock.now())
        answer = relay.client.post(
            PATH,
            data=MAIL,
            headers=[
                ("content-type", "message/rfc822"),
                ("x-workspace-id", relay.workspace),
                ("x-signature", header),
                ("x-signature", header),
            ],
        )
        assert answer.status_code == 401

    def test_without_the_secret_the_route_is_closed(
        self, composed: Callable[..., Composition], workspace: str, clock: FakeClock
    ) -> None:
        """A secret that is not set means closed, never open (design §4, failure L17)."""
        client = app_at(composed(INBOUND_SECRET=""), clock).test_client()
        assert Relay(client, workspace, clock).send().status_code == 401

    def test_a_stranger_learns_nothing_of_workspaces_or_types(self, relay: Relay) -> None:
        """Known and unknown workspace, right and wrong type: the same answer before the signature holds."""
        forged = {"x-signature": signed(MAIL, relay.workspace, relay.clock.now(), secret="wrong")}
        answers = [
            relay.send(changes=forged),
            relay.send(changes={**forged, "x-workspace-id": str(uuid4())}),
            relay.send(changes={**forged, "content-type": "text/plain"}),
            relay.send(b"no mail", changes=forged),
        ]
        assert {(answer.status_code, answer.data) for answer in answers} == {(401, answers[0].data)}


class TestRefused:
    def test_a_missing_workspace_is_400(self, relay: Relay) -> None:
        answer = relay.send(changes={"x-workspace-id": None})
        assert (answer.status_code, said(answer)["code"]) == (400, "bad_request")

    @pytest.mark.parametrize("unknown", ["6f1c9f6e-2a51-4c0e-9d7b-1f2e3d4c5b6a", "default", "not a uuid"])
    def test_an_unknown_workspace_is_404(self, relay: Relay, unknown: str) -> None:
        answer = relay.send(changes={"x-workspace-id": unknown})
        assert (answer.status_code, said(answer)["code"]) == (404, "not_found")

    @pytest.mark.parametrize("content_type", ["text/plain", "application/json", None])
    def test_another_content_type_is_415(self, relay: Relay, content_type: str | None) -> None:
        answer = relay.send(changes={"content-type": content_type})
        assert (answer.status_code, said(answer)["code"]) == (415, "unsupported_media_type")

    def test_parameters_of_the_content_type_do_not_matter(self, relay: Relay) -> None:
        assert relay.send(changes={"content-type": "Message/RFC822; charset=utf-8"}).status_code == 202

    def test_a_body_of_four_mebibytes_is_taken_and_one_byte_more_is_413(self, relay: Relay) -> None:
        exact = MAIL + b"x" * (4 * 1024 * 1024 - len(MAIL))
        assert relay.send(exact).status_code == 202
        answer = relay.send(exact + b"x")
        assert (answer.status_code, said(answer)["code"]) == (413, "payload_too_large")

    def test_a_body_without_length_is_read_to_its_limit_only(self, relay: Relay) -> None:
        """An endless chunked body ends as 413 after 4 MiB and a little."""
        endless = Endless()
        answer = relay.client.post(
            PATH,
            headers={
                "content-type": "message/rfc822",
                "x-workspace-id": relay.workspace,
                "x-signature": signed(MAIL, relay.workspace, relay.clock.now()),
                "transfer-encoding": "chunked",
            },
            environ_overrides={"wsgi.input_terminated": True, "wsgi.input": endless, "CONTENT_LENGTH": ""},
        )
        assert answer.status_code == 413
        assert endless.given < 5 * 1024 * 1024

    @pytest.mark.parametrize("body", [b"", b"not a mail", b"Subject: nobody\n\nx"])
    def test_what_is_no_mail_is_400(self, relay: Relay, body: bytes) -> None:
        answer = relay.send(body)
        assert (answer.status_code, said(answer)["code"]) == (400, "mail_unreadable")

    def test_a_bomb_is_named(self, relay: Relay, database: Database) -> None:
        """Which the relay need not send again."""
        answer = relay.send(b"From: ada@x.example\n" + b"a:b\n" * 20_000 + b"\nbody")
        assert (answer.status_code, said(answer)["code"]) == (400, "mail_too_complex")
        assert database.value("SELECT count(*) FROM messages") == 0

    def test_only_post_is_answered(self, relay: Relay) -> None:
        assert relay.client.get(PATH).status_code == 405

    def test_without_the_store_it_is_503_so_that_the_relay_tries_again(
        self, composed: Callable[..., Composition], workspace: str, clock: FakeClock
    ) -> None:
        client = app_at(composed(DATABASE_URL="postgresql://postgres@127.0.0.1:1/none"), clock).test_client()
        answer = Relay(client, workspace, clock).send()
        assert answer.status_code == 503
        assert said(answer)["code"] == "store_unavailable"
        assert answer.headers["Retry-After"] == "60"


class Endless:
    """A body that never ends."""

    def __init__(self) -> None:
        self.given = 0

    def read(self, size: int = -1) -> bytes:
        size = 65_536 if size < 0 else size
        self.given += size
        return b"x" * size

    def readline(self, size: int = -1) -> bytes:
        return self.read(size)
