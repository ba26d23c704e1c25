"""A tick that may go to Inngest and does not get there (design §5)."""

import random
from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from structlog.testing import capture_logs

from app import create_app
from lib.clock import Deadline
from lib.composition import compose
from lib.services import Services
from lib.store.lease import LeaseName
from lib.work import responsibilities
from lib.work.responsibilities import Outcome
from tests.conftest import CRON_SECRET, Database
from tests.ticks.dispatching import (
    BEARER,
    LINES,
    NAMES,
    REFUSES,
    URL,
    AppAt,
    sending_to,
    tick,
)
from tests.ticks.event_apis import EventApiServer, event_api, says


class TestFallback:
    def test_half_accepted(self, app_at: AppAt) -> None:
        """Failure L4: what was acknowledged is said, and watched until covered, here by the same tick."""
        with event_api(says("200 OK", {"ids": ["one"]})) as server:
            client = app_at(server)
            with capture_logs() as logs:
                _, body = tick(client)
        assert (body["mode"], body["enqueued"]) == ("inline-fallback", False)
        assert (body["enqueuedEvents"], body["eventIds"]) == (NAMES[:1], ["one"])
        assert body["enqueueError"]["class"] == "send_incomplete"
        (failed,) = [line for line in logs if line["event"] == "tick.enqueue_failed"]
        assert failed["log_level"] == "error"
        assert (failed["error_class"], failed["accepted"]) == ("send_incomplete", 1)
        assert failed["dispatch_key"] == body["dispatchKey"]
        assert failed["send_ms"] >= 0

    def test_half_accepted_and_half_not_in_the_ledger(self, app_at: AppAt, database: Database) -> None:
        """Failure L4: where no work was possible either, the lines say what is on its way."""
        hold(database)
        with event_api(says("200 OK", {"ids": ["one"]})) as server:
            status, body = tick(app_at(server))
        assert (status, body["mode"], body["reason"]) == (202, "busy", "lease_held")
        assert body["enqueueError"]["class"] == "send_incomplete"
        assert [row[:2] for row in database.rows(LINES)] == [
            ("process-background-jobs", "accepted"),
            ("background-maintenance", "failed"),
        ]

    def test_work_that_fails_too_is_a_problem_with_both_errors(
        self, app_at: AppAt, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def burst(_services: Services, _deadline: Deadline) -> Outcome:
            raise RuntimeError("out of cheese")

        broken = tuple(replace(r, work=burst) for r in responsibilities.RESPONSIBILITIES)
        monkeypatch.setattr("lib.ticks.inline.RESPONSIBILITIES", broken)
        with event_api(REFUSES) as server:
            status, body = tick(app_at(server))
        assert (status, body["code"], body["success"]) == (500, "work_failed", False)
        assert body["enqueueError"] == {
            "class": "send_rejected",
            "message": "The event API answered 503: closed",
        }

    def test_has_the_inline_budget(self, app_at: AppAt, monkeypatch: pytest.MonkeyPatch) -> None:
        """BACKGROUND_JOBS_INLINE_BUDGET_MS: the request ends with the sending before it (failure D2)."""
        left: dict[str, float] = {}

        def note(_services: Services, deadline: Deadline) -> Outcome:
            left["process"] = deadline.remaining_ms()
            return responsibilities.PROCESS.work(_services, deadline)

        noting = tuple(
            replace(r, work=note) if r.name == "process" else r for r in responsibilities.RESPONSIBILITIES
        )
        monkeypatch.setattr("lib.ticks.inline.RESPONSIBILITIES", noting)
        with event_api(REFUSES) as server:
            tick(app_at(server, BACKGROUND_JOBS_INLINE_BUDGET_MS="30000"))
        assert 15_000 < left["process"] <= 30_000


class TestDatabaseAway:
    """Sending stays allowed: keys prove the environment (design §5, §9)."""

    def client(self, address: str, **changes: str) -> FlaskClient:
        environ = {
            "DATABASE_URL": "postgresql://127.0.0.1:1/none",
            "CRON_SECRET": CRON_SECRET,
            "DATABASE_CONNECT_TIMEOUT_MS": "1000",
            **sending_to(address, deadline_ms=10_000),
            **changes,
        }
        return create_app(compose(environ, chance=random.Random(1))).test_client()

    def test_hands_over_degraded(self, good: EventApiServer) -> None:
        """By the environment alone, which the answer says: what an operator set cannot be read."""
        status, body = tick(self.client(good.address))
        assert (status, body["mode"], body["reason"]) == (202, "inngest", "controls_unread")
        assert body["degraded"] is True
        assert body["enqueuedEvents"] == NAMES
        assert body["dispatchKey"].startswith("background-jobs:v1:60:")

    def test_nothing_could_be_attempted(self) -> None:
        """503 `store_unavailable` with Retry-After."""
        with event_api(REFUSES) as server:
            answer = self.client(server.address).get(URL, headers=BEARER)
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "60"
        assert answer.get_json(force=True)["code"] == "store_unavailable"

    def test_nothing_is_sent_where_the_flag_is_off(self, good: EventApiServer) -> None:
        status, _ = tick(self.client(good.address, BACKGROUND_JOBS_USE_INNGEST="false"))
        assert (status, good.events) == (503, [])


class TestUnusable:
    def test_a_wrong_key_is_no_dead_zone(self, app_at: AppAt) -> None:
        """Failure L20: the work is done inline, and the answer says that less was done than asked for."""
        client = app_at("0", INNGEST_EVENT_KEY="not a key".replace(" ", "!"))
        status, body = tick(client)
        assert (status, body["mode"], body["reason"]) == (200, "inline", "inngest_unusable")
        assert body["degraded"] is True


def hold(database: Database) -> None:
    """Somebody else is at the inline work."""
    database.run(
        "INSERT INTO leases (name, holder, acquired_at, expires_at)"
        " VALUES (%s, 'another', everytick_now(), everytick_now() + interval '1 minute')",
        LeaseName.INLINE,
    )
