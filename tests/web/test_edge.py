"""What every answer carries and every request is held to, whatever its route (design §4)."""

import io
import json
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import example, given, settings
from hypothesis import strategies as st
from werkzeug.test import EnvironBuilder, run_wsgi_app

from app import create_app
from lib.composition import Composition, compose
from tests.conftest import CRON_SECRET, Database
from tests.environment.cases import PLACES, SECRETS

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
OPERATOR_TOKEN = "test-operator-token-0123456789"
ANSWERS = [
    ("GET", "/api/health", 200),
    ("GET", "/api/health/ready", 200),
    ("HEAD", "/api/inngest", 200),
    ("GET", "/api/inngest", 503),
    ("GET", "/metrics", 401),
    ("POST", "/api/cron/background-jobs", 401),
    ("POST", "/api/inbound/email", 401),
    ("POST", "/api/operator/controls/dispatch.mode", 401),
    ("POST", "/api/operator/jobs/1/retry", 401),
    ("DELETE", "/api/health", 405),
    ("GET", "/nowhere", 404),
]
SECRET_ROUTES = [
    ("GET", "/metrics"),
    ("GET", "/api/cron/background-jobs"),
    ("POST", "/api/cron/background-jobs"),
]


@pytest.fixture
def production(composed: Callable[..., Composition], database: Database) -> FlaskClient:
    database.run("UPDATE environment_stamp SET kind = 'production'")
    return create_app(composed(DEPLOYMENT="production", CRON_SECRET="production-cron-secret")).test_client()


class TestHeaders:
    @pytest.mark.parametrize(("method", "path", "status"), ANSWERS)
    def test_every_answer_has_them(self, client: FlaskClient, method: str, path: str, status: int) -> None:
        answer = client.open(path, method=method)
        assert answer.status_code == status
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS

    @pytest.mark.parametrize(("method", "path", "status"), ANSWERS)
    def test_no_answer_may_run_load_or_be_framed(
        self, client: FlaskClient, method: str, path: str, status: int
    ) -> None:
        answer = client.open(path, method=method)
        assert answer.status_code == status
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy

    def test_what_was_not_foreseen_has_them_too(self, flask_app: Flask) -> None:
        @flask_app.get("/burst")
        def burst() -> str:
            raise RuntimeError("the inside of the machine")

        answer = flask_app.test_client().get("/burst")
        assert answer.status_code == 500
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS

    def test_a_route_may_say_otherwise(self, flask_app: Flask) -> None:
        @flask_app.get("/kept")
        def kept() -> tuple[str, dict[str, str]]:
            return "kept", {"Cache-Control": "max-age=60"}

        assert flask_app.test_client().get("/kept").headers["Cache-Control"] == "max-age=60"

    def test_https_only_is_said_outside_development(
        self, client: FlaskClient, production: FlaskClient
    ) -> None:
        """Development is served over plain HTTP; a browser would not forget it for a year."""
        assert "Strict-Transport-Security" not in client.get("/api/health").headers
        assert production.get("/api/health").headers["Strict-Transport-Security"] == "max-age=31536000"

    @pytest.mark.parametrize("place", ["vercel without VERCEL_ENV", "vercel preview"])
    def test_a_refused_app_has_them(self, place: str) -> None:
        """Also where the kind of the deployment cannot be told."""
        refused = compose({**PLACES[place], "INNGEST_SIGNING_KEY": SECRETS["prod"]})
        answer = create_app(refused).test_client().get("/api/health")
        assert answer.status_code == 503
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
        assert "Strict-Transport-Security" in answer.headers


class TestBodies:
    @pytest.mark.parametrize(("method", "path", "status"), ANSWERS)
    def test_one_that_no_route_has_a_use_for_is_413(
        self, client: FlaskClient, method: str, path: str, status: int
    ) -> None:
        """Where a route takes more it says so itself: the relay's mail and Inngest's calls."""
        largest = client.open(path, method=method, data=b"x" * 65_536)
        larger = client.open(path, method=method, data=b"x" * 65_537)
        own_limit = path in ("/api/inbound/email", "/api/inngest")
        assert (largest.status_code, larger.status_code) == (status, status if own_limit else 413)

    def test_is_a_problem_document(self, client: FlaskClient) -> None:
        answer = client.post("/api/cron/background-jobs", data=b"x" * 65_537)
        assert answer.content_type == "application/problem+json"
        assert answer.json is not None
        assert answer.json["code"] == "payload_too_large"

    def test_no_work_is_done_for_it(self, client: FlaskClient, database: Database) -> None:
        headers = {"Authorization": f"Bearer {CRON_SECRET}"}
        answer = client.post("/api/cron/background-jobs", data=b"x" * 65_537, headers=headers)
        assert answer.status_code == 413
        assert database.value("SELECT count(*) FROM runs") == 0

    @pytest.mark.parametrize("length", ["-1", "many", "1e3", "99999999999999999999999", ""])
    def test_a_length_that_is_none_is_no_failure(self, client: FlaskClient, length: str) -> None:
        answer = client.post(
            "/api/cron/background-jobs",
            environ_overrides={"CONTENT_LENGTH": length, "wsgi.input": io.BytesIO(b"{}")},
        )
        assert answer.status_code in (401, 413)


class TestCredentials:
    """What a request carries may be anything: it is 401, never 500 (failure L17)."""

    @pytest.mark.parametrize(("method", "path"), SECRET_ROUTES)
    @pytest.mark.parametrize(
        "header",
        [
            pytest.param(f"Bearer {OPERATOR_TOKEN}, Bearer {OPERATOR_TOKEN}", id="joined by a server"),
            pytest.param(f"Bearer {OPERATOR_TOKEN},Bearer {CRON_SECRET}", id="two secrets"),
            pytest.param("Bearer schlüssel", id="not ASCII"),
            pytest.param("Bearer \xff\xfe\x80", id="not UTF-8"),
            pytest.param("Bearer " + "x" * 200_000, id="oversized"),
            pytest.param("Bearer", id="no token"),
            pytest.param(" ", id="blank"),
            pytest.param("Digest username=Bearer", id="another scheme"),
            pytest.param("Basic !!!", id="broken basic"),
        ],
    )
    def test_a_header_that_is_none_of_ours(
        self, composed: Callable[..., Composition], method: str, path: str, header: str
    ) -> None:
        client = create_app(composed(OPERATOR_TOKEN=OPERATOR_TOKEN)).test_client()
        answer = client.open(path, method=method, environ_overrides={"HTTP_AUTHORIZATION": header})
        assert (answer.status_code, answer.content_type) == (401, "application/problem+json")

    @pytest.mark.parametrize(("method", "path"), SECRET_ROUTES)
    def test_the_right_one_twice_is_none(
        self, composed: Callable[..., Composition], method: str, path: str
    ) -> None:
        client = create_app(composed(OPERATOR_TOKEN=OPERATOR_TOKEN)).test_client()
        secret = OPERATOR_TOKEN if path == "/metrics" else CRON_SECRET
        headers = [("Authorization", f"Bearer {secret}")]
        assert client.open(path, method=method, headers=headers).status_code == 200
        assert client.open(path, method=method, headers=headers * 2).status_code == 401

    @pytest.mark.parametrize("header", ["schlüssel", "\xff", "x" * 200_000, f"{CRON_SECRET},{CRON_SECRET}"])
    def test_the_cron_s_own_header(self, client: FlaskClient, header: str) -> None:
        answer = client.get("/api/cron/background-jobs", environ_overrides={"HTTP_X_CRON_SECRET": header})
        assert answer.status_code == 401


class TestAnyRequest:
    @pytest.mark.parametrize(("method", "path", "status"), ANSWERS)
    def test_a_slash_at_the_end_changes_nothing(
        self, client: FlaskClient, method: str, path: str, status: int
    ) -> None:
        """A cron ignores redirects (failure D13)."""
        assert client.open(f"{path}/", method=method).status_code == status

    @pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "CONNECT", "PROPFIND", "BREW", "\xe9"])
    @pytest.mark.parametrize("path", sorted({path for _, path, status in ANSWERS if status != 404}))
    def test_another_method_is_405_and_says_which_there_are(
        self, client: FlaskClient, method: str, path: str
    ) -> None:
        answer = client.open(path, environ_overrides={"REQUEST_METHOD": method})
        assert (answer.status_code, answer.content_type) == (405, "application/problem+json")
        assert answer.headers["Allow"]

    @pytest.mark.parametrize(
        "host", ["", "a b", "x" * 5000, "[::1", "evil.example:99999", "\xe9", "a,b", "/"]
    )
    def test_a_host_that_is_none_is_no_failure(self, client: FlaskClient, host: str) -> None:
        answer = client.get("/api/health", environ_overrides={"HTTP_HOST": host})
        assert answer.status_code in (200, 400)

    @settings(max_examples=150, derandomize=True)
    @given(
        method=st.sampled_from(["GET", "POST", "PUT", "HEAD", "OPTIONS", "DELETE"]),
        path=st.sampled_from(
            ["/", "/metrics", "/api/inngest", "/api/inbound/email", "/api/health", "/%", "//"]
        ),
        more=st.text(st.characters(min_codepoint=1, max_codepoint=255), max_size=20),
        headers=st.dictionaries(
            st.sampled_from(
                [
                    "AUTHORIZATION",
                    "CONTENT_TYPE",
                    "COOKIE",
                    "ACCEPT",
                    "X_SIGNATURE",
                    "X_FORWARDED_FOR",
                    "RANGE",
                ]
            ),
            st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=40),
        ),
    )
    @example(method="GET", path="/", more="\xff\xfe", headers={"COOKIE": "a=\xff; a", "ACCEPT": "*/*;q=x"})
    def test_nothing_that_is_sent_is_a_fault_of_ours(
        self, method: str, path: str, more: str, headers: dict[str, str]
    ) -> None:
        """No 500, and what is refused is refused by a problem document."""
        environ = EnvironBuilder(path="/").get_environ()
        environ |= {"REQUEST_METHOD": method, "PATH_INFO": path + more}
        environ |= {
            f"HTTP_{name}" if name != "CONTENT_TYPE" else name: value for name, value in headers.items()
        }
        chunks, status, given = run_wsgi_app(ANY, environ)
        code, body = int(status.split()[0]), b"".join(chunks)
        assert code != 500
        if code >= 400 and method != "HEAD":
            assert given["Content-Type"] == "application/problem+json"
            assert json.loads(body)["status"] == code


ANY = create_app(compose({"CRON_SECRET": CRON_SECRET, "INBOUND_SECRET": "test-inbound-secret"}))
"""Without stores: what is asked here never gets as far."""
