import json
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from structlog.testing import capture_logs

from app import create_app
from lib.clock import Deadline
from lib.composition import Composition, compose
from lib.services import Services
from lib.store.lease import LeaseName
from lib.work import responsibilities
from lib.work.responsibilities import Outcome
from tests.conftest import CRON_SECRET, Database

URL = "/api/cron/background-jobs"
BEARER = {"Authorization": f"Bearer {CRON_SECRET}"}
FIELDS = {
    "success",
    "mode",
    "reason",
    "dispatchKey",
    "requestedAt",
    "timestamp",
    "degraded",
    "enqueued",
    "enqueuedEvents",
    "eventIds",
    "enqueueError",
    "process",
    "maintenance",
}


class TestAuthorisation:
    @pytest.mark.parametrize(
        "headers",
        [
            pytest.param({}, id="nothing"),
            pytest.param({"Authorization": "Bearer wrong"}, id="another secret"),
            pytest.param({"Authorization": CRON_SECRET}, id="no scheme"),
            pytest.param({"Authorization": f"Basic {CRON_SECRET}"}, id="another scheme"),
            pytest.param({"Authorization": "Bearer "}, id="empty"),
            pytest.param(
                {"Authorization": "Bearer ü\udcff".encode("utf-8", "ignore").decode()}, id="not ASCII"
            ),
            pytest.param({"x-cron-secret": ""}, id="empty header"),
            pytest.param({"x-cron-secret": f"{CRON_SECRET}x"}, id="longer"),
            pytest.param({**BEARER, "x-cron-secret": "wrong"}, id="one of two is wrong"),
        ],
    )
    def test_strangers_are_refused(
        self, client: FlaskClient, database: Database, headers: dict[str, str]
    ) -> None:
        answer = client.get(URL, headers=headers)
        assert answer.status_code == 401
        assert answer.content_type == "application/problem+json"
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert CRON_SECRET not in answer.text
        assert database.rows("SELECT * FROM runs") == []

    def test_a_secret_that_is_not_set_closes_the_route(self, composed: Callable[..., Composition]) -> None:
        """Failure L17: closed, never open."""
        client = create_app(composed(CRON_SECRET="")).test_client()
        assert client.get(URL, headers={"Authorization": "Bearer "}).status_code == 401
        assert client.get(URL, headers={"x-cron-secret": ""}).status_code == 401

    @pytest.mark.parametrize("headers", [BEARER, {"authorization": f"bearer {CRON_SECRET}"}])
    @pytest.mark.parametrize("method", ["GET", "POST"])
    @pytest.mark.parametrize("url", [URL, f"{URL}/"])
    def test_the_cron_is_let_in(
        self, client: FlaskClient, method: str, url: str, headers: dict[str, str]
    ) -> None:
        """With and without trailing slash alike, never a redirect: a cron ignores it (failure D13)."""
        assert client.open(url, method=method, headers=headers).status_code == 200

    def test_a_secret_of_any_characters_works(self, composed: Callable[..., Composition]) -> None:
        """Headers are bytes; what was set is compared with the bytes that came."""
        secret = "geheim-für-den-Zähler"
        client = create_app(composed(CRON_SECRET=secret)).test_client()
        sent = f"Bearer {secret}".encode().decode("latin-1")
        assert client.get(URL, headers={"Authorization": sent}).status_code == 200

    def test_the_second_header_works_too(self, client: FlaskClient) -> None:
        assert client.get(URL, headers={"x-cron-secret": CRON_SECRET}).status_code == 200

    @pytest.mark.parametrize("method", ["HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"])
    def test_other_methods_do_no_work(self, client: FlaskClient, database: Database, method: str) -> None:
        answer = client.open(URL, method=method, headers=BEARER)
        assert answer.status_code == 405
        assert {"GET", "POST"} <= {name.strip() for name in answer.headers["Allow"].split(",")}
        assert database.rows("SELECT * FROM runs") == []


class TestInline:
    def test_answers_as_the_contract_says(self, client: FlaskClient) -> None:
        body = client.get(URL, headers=BEARER).json
        assert body is not None
        assert set(body) == FIELDS
        assert (body["success"], body["mode"], body["reason"]) == (True, "inline", "flag_off")
        assert (body["enqueued"], body["enqueuedEvents"], body["eventIds"]) == (False, [], [])
        assert (body["degraded"], body["enqueueError"]) == (False, None)
        assert body["maintenance"]["status"] == "succeeded"
        assert body["process"]["stoppedBecause"] == "empty"
        assert body["dispatchKey"].startswith("background-jobs:v1:60:")

    def test_two_calls_in_one_minute_both_work(self, client: FlaskClient, database: Database) -> None:
        """Only dispatches are deduplicated (design §5)."""
        for _ in range(2):
            assert client.get(URL, headers=BEARER).json["mode"] == "inline"  # type: ignore[index]
        assert database.value("SELECT count(*) FROM runs WHERE status = 'succeeded'") == 4
        assert database.value("SELECT sum(ticks) FROM dispatches") == 2

    def test_records_the_tick_and_its_lines(self, client: FlaskClient, database: Database) -> None:
        client.get(URL, headers=BEARER)
        assert database.rows("SELECT mode, reason, state, ticks FROM dispatches") == [
            ("inline", "flag_off", "inline", 1)
        ]
        assert database.rows("SELECT job_name, state FROM dispatch_lines ORDER BY 1") == [
            ("background-maintenance", "inline"),
            ("process-background-jobs", "inline"),
        ]

    @pytest.mark.parametrize("table", ["dispatches", "dispatch_lines"])
    def test_goes_on_untracked_without_the_ledger(
        self, composed: Callable[..., Composition], database: Database, table: str
    ) -> None:
        """The ledger is not a single point of failure (design §5): the work is done, and recorded as done."""
        client = create_app(composed(DATABASE_STATEMENT_TIMEOUT_MS="500")).test_client()
        with locked(database, table):
            answer = client.get(URL, headers=BEARER)
        assert answer.status_code == 200
        assert answer.json is not None
        assert (answer.json["success"], answer.json["mode"]) == (True, "inline")
        assert answer.json["degraded"] is True
        assert database.rows("SELECT status FROM runs WHERE job_name = 'process-background-jobs'") == [
            ("succeeded",)
        ]

    def test_goes_on_untracked_when_the_ledger_refuses_the_row(
        self, client: FlaskClient, database: Database
    ) -> None:
        """Whatever the reason: the work is done all the same (design §5)."""
        database.run("ALTER TABLE dispatches ADD CONSTRAINT none_fits CHECK (ticks > 5)")
        try:
            body = client.get(URL, headers=BEARER).json
        finally:
            database.run("ALTER TABLE dispatches DROP CONSTRAINT none_fits")
        assert body is not None
        assert (body.get("success"), body.get("mode"), body.get("degraded")) == (True, "inline", True)

    def test_the_operators_word_is_the_reason(
        self, composed: Callable[..., Composition], database: Database
    ) -> None:
        database.run(
            "INSERT INTO controls (name, value, actor, reason)"
            " VALUES ('dispatch.mode', '\"inline\"', 'ops', 'calm')"
        )
        client = create_app(composed(BACKGROUND_JOBS_USE_INNGEST="true")).test_client()
        body = client.get(URL, headers=BEARER).json
        assert body is not None
        assert (body["mode"], body["reason"]) == ("inline", "control_inline")


class TestBusy:
    def hold(self, database: Database, name: LeaseName) -> None:
        database.run(
            "INSERT INTO leases (name, holder, acquired_at, expires_at)"
            " VALUES (%s, 'another', everytick_now(), everytick_now() + interval '1 minute')",
            name,
        )

    def test_another_inline_execution_is_alive(self, client: FlaskClient, database: Database) -> None:
        self.hold(database, LeaseName.INLINE)
        answer = client.get(URL, headers=BEARER)
        assert answer.status_code == 202
        assert answer.json is not None
        assert (answer.json["mode"], answer.json["reason"]) == ("busy", "lease_held")
        assert (answer.json["process"], answer.json["maintenance"]) == (None, None)
        assert database.rows("SELECT * FROM runs") == []

    def test_the_queue_does_not_wait_for_somebody_elses_maintenance(
        self, client: FlaskClient, database: Database
    ) -> None:
        self.hold(database, LeaseName.MAINTENANCE)
        answer = client.get(URL, headers=BEARER)
        assert answer.status_code == 202
        assert answer.json is not None
        assert answer.json["maintenance"] is None
        assert answer.json["process"]["stoppedBecause"] == "empty"
        assert database.rows("SELECT job_name, status FROM runs ORDER BY 1") == [
            ("background-maintenance", "superseded"),
            ("process-background-jobs", "succeeded"),
        ]

    def test_a_holder_that_fell_silent_is_replaced(self, client: FlaskClient, database: Database) -> None:
        """Failure D5: killed in the middle, its lease runs out and the next tick works."""
        self.hold(database, LeaseName.INLINE)
        database.run("UPDATE leases SET expires_at = everytick_now() - interval '1 second'")
        assert client.get(URL, headers=BEARER).json["mode"] == "inline"  # type: ignore[index]


class TestFailure:
    def test_failed_work_is_a_problem_with_the_same_fields(
        self, client: FlaskClient, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """500, success false, the window open: and the other responsibility still had its turn."""

        def burst(_services: Services, _deadline: Deadline) -> Outcome:
            raise RuntimeError("out of cheese")

        broken = tuple(
            replace(r, work=burst) if r.name == "process" else r for r in responsibilities.RESPONSIBILITIES
        )
        monkeypatch.setattr("lib.ticks.inline.RESPONSIBILITIES", broken)
        answer = client.get(URL, headers=BEARER)
        assert answer.status_code == 500
        assert answer.content_type == "application/problem+json"
        body = json.loads(answer.text)
        assert set(body) == FIELDS | {"type", "title", "status", "detail", "instance", "code"}
        assert (body["success"], body["code"], body["process"]) == (False, "work_failed", None)
        assert body["maintenance"]["status"] == "succeeded"
        assert database.rows("SELECT job_name, status, error FROM runs ORDER BY 1") == [
            ("background-maintenance", "succeeded", None),
            ("process-background-jobs", "failed", "RuntimeError: out of cheese"),
        ]

    def test_without_a_database_nothing_could_be_attempted(self) -> None:
        """503 `store_unavailable` with Retry-After (design §5)."""
        composition = compose(
            {
                "DATABASE_URL": "postgresql://127.0.0.1:1/none",
                "CRON_SECRET": CRON_SECRET,
                "DATABASE_CONNECT_TIMEOUT_MS": "1000",
            },
            chance=random.Random(1),
        )
        answer = create_app(composition).test_client().get(URL, headers=BEARER)
        assert answer.status_code == 503
        assert answer.json is not None
        assert answer.json["code"] == "store_unavailable"
        assert answer.headers["Retry-After"] == "60"

    @pytest.mark.parametrize("table", ["controls", "leases"])
    def test_a_database_that_is_too_slow_counts_as_away(
        self, composed: Callable[..., Composition], database: Database, table: str
    ) -> None:
        """The same code, whatever kept the work from being attempted (failure D8); the detail says what."""
        client = create_app(composed(DATABASE_STATEMENT_TIMEOUT_MS="500")).test_client()
        with capture_logs() as logs, locked(database, table):
            answer = client.get(URL, headers=BEARER)
        assert answer.status_code == 503
        assert answer.json is not None
        assert answer.json["code"] == "store_unavailable"
        assert answer.json["detail"].startswith("A statement or the wait for a lock took too long")
        assert answer.headers["Retry-After"] == "60"
        (logged,) = [line for line in logs if line["log_level"] == "error"]
        assert (logged["event"], logged["code"]) == ("store.unavailable", "store_timed_out")

    def test_an_older_schema_does_no_partial_work(self, client: FlaskClient, database: Database) -> None:
        """Failure D12."""
        database.run("UPDATE schema_compatibility SET schema_version = 3")
        answer = client.get(URL, headers=BEARER)
        assert answer.status_code == 503
        assert answer.json is not None
        assert answer.json["code"] == "schema_outdated"
        assert answer.headers["Retry-After"] == "60"
        assert database.rows("SELECT * FROM runs") == []


@contextmanager
def locked(database: Database, table: str) -> Iterator[None]:
    """Nobody else reads or writes `table`."""
    database.run("BEGIN")
    database.run(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
    try:
        yield
    finally:
        database.run("ROLLBACK")


class TestWithoutRedis:
    def test_ticks_go_on(self, composed: Callable[..., Composition]) -> None:
        client = create_app(composed(REDIS_URL="redis://127.0.0.1:1/0")).test_client()
        assert client.get(URL, headers=BEARER).json["success"] is True  # type: ignore[index]
