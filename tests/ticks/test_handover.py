"""Handing a tick to Inngest, through the cron route: what is sent and what the ledger says (design §5)."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from structlog.testing import capture_logs

from app import create_app
from lib.composition import Composition
from tests.conftest import Database
from tests.cron.test_background_jobs import FIELDS
from tests.ticks.dispatching import (
    BEARER,
    DISPATCHES,
    LINES,
    NAMES,
    REFUSES,
    URL,
    AppAt,
    at_window_start,
    sending_to,
    tick,
)
from tests.ticks.event_apis import Call, EventApiServer, acknowledgement, event_api, in_turn, says, takes

CANARY = "canary-0123456789-event-key"


def control(database: Database, value: str) -> None:
    database.run(
        "INSERT INTO controls (name, value, actor, reason) VALUES ('dispatch.mode', to_jsonb(%s::text),"
        " 'ops', 'test') ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        value,
    )


class TestInngest:
    def test_answers_as_the_contract_says(self, app_at: AppAt, good: EventApiServer) -> None:
        status, body = tick(app_at(good))
        assert status == 202
        assert set(body) == FIELDS
        assert (body["success"], body["mode"], body["reason"]) == (True, "inngest", "enabled")
        assert (body["enqueued"], body["enqueuedEvents"]) == (True, NAMES)
        assert body["eventIds"] == [f"api-{event['id']}" for event in good.events]
        assert (body["enqueueError"], body["degraded"]) == (None, False)
        assert (body["process"], body["maintenance"]) == (None, None)

    def test_sends_one_event_for_each_responsibility(self, app_at: AppAt, good: EventApiServer) -> None:
        _, body = tick(app_at(good))
        assert [event["name"] for event in good.events] == NAMES
        for event in good.events:
            assert event["data"]["dispatchKey"] == body["dispatchKey"]
            assert event["data"]["requestedAt"] == body["requestedAt"]
            assert (event["data"]["source"], event["data"]["generation"]) == ("cron", 0)

    def test_records_the_dispatch_and_its_lines(
        self, app_at: AppAt, good: EventApiServer, database: Database
    ) -> None:
        tick(app_at(good))
        assert database.rows(DISPATCHES) == [("accepted", "inngest", "enabled", 0, 1)]
        assert database.rows(LINES) == [
            ("process-background-jobs", "accepted", 0, good.events[0]["id"]),
            ("background-maintenance", "accepted", 0, good.events[1]["id"]),
        ]
        assert database.rows("SELECT holder, error_class, send_ms >= 0 FROM dispatches") == [
            (None, None, True)
        ]
        assert database.rows("SELECT * FROM runs") == []

    def test_the_command_does_the_same(
        self, composed: Callable[..., Composition], good: EventApiServer
    ) -> None:
        """`flask tick`, and before it what it would do."""
        runner = create_app(composed(**sending_to(good.address))).test_cli_runner()
        foreseen = json.loads(runner.invoke(args=["tick", "--dry-run"]).stdout)
        assert (foreseen["mode"], good.events) == ("inngest", [])
        done = runner.invoke(args=["tick"])
        assert (done.exit_code, json.loads(done.stdout)["mode"]) == (0, "inngest")
        assert {event["data"]["source"] for event in good.events} == {"cli"}

    def test_an_engine_that_is_faster_than_the_answer(self, app_at: AppAt, database: Database) -> None:
        """A run that covered its line before the acknowledgement came is not forgotten."""

        def covered_first(call: Call) -> None:
            events = call.hear()
            database.run("UPDATE dispatch_lines SET state = 'covered', run_id = 'fast'")
            call.answer("200 OK", acknowledgement(events))

        with event_api(covered_first) as server:
            tick(app_at(server))
        assert database.rows("SELECT DISTINCT state, run_id FROM dispatch_lines") == [("covered", "fast")]


class TestDuplicate:
    def test_a_window_is_dispatched_once(
        self, app_at: AppAt, good: EventApiServer, database: Database
    ) -> None:
        client = app_at(good)
        tick(client)
        status, body = tick(client)
        assert (status, body["success"]) == (202, True)
        assert (body["mode"], body["reason"]) == ("duplicate", "already_dispatched")
        assert (body["enqueued"], body["enqueuedEvents"], body["eventIds"]) == (False, [], [])
        assert len(good.heard) == 1
        assert database.rows(DISPATCHES) == [("accepted", "inngest", "enabled", 0, 2)]

    def test_the_next_window_is_another(
        self, app_at: AppAt, good: EventApiServer, database: Database
    ) -> None:
        client = app_at(good)
        tick(client)
        at_window_start(database, later_s=60)
        assert tick(client)[1]["mode"] == "inngest"
        assert len({event["id"] for event in good.events}) == 4

    def test_two_instances_at_once_dispatch_once(
        self, app_at: AppAt, good: EventApiServer, database: Database
    ) -> None:
        clients = [app_at(good) for _ in range(2)]
        with ThreadPoolExecutor() as pool:
            answers = list(pool.map(tick, clients))
        assert sorted(body["mode"] for _, body in answers) == ["duplicate", "inngest"]
        assert len(good.heard) == 1
        assert database.rows(DISPATCHES) == [("accepted", "inngest", "enabled", 0, 2)]

    def test_is_foreseen(self, composed: Callable[..., Composition], good: EventApiServer) -> None:
        app = create_app(composed(**sending_to(good.address, BACKGROUND_JOBS_DISPATCH_WINDOW_SECONDS="3600")))
        app.test_cli_runner().invoke(args=["tick"])
        foreseen = json.loads(app.test_cli_runner().invoke(args=["tick", "--dry-run"]).stdout)
        assert (foreseen["mode"], foreseen["reason"]) == ("duplicate", "already_dispatched")


class TestTakeover:
    """Failure L3: a window whose sending failed, or whose sender died, is sent again."""

    def test_what_failed_is_sent_again_once(self, app_at: AppAt, database: Database) -> None:
        """In the same window: with a key of its own (failure L23), since the first may have been taken."""
        with event_api(in_turn(REFUSES, takes)) as server:
            client = app_at(server)
            answers = [tick(client)[1] for _ in range(3)]
        assert [body["mode"] for body in answers] == ["inline-fallback", "inngest", "duplicate"]
        key = answers[0]["dispatchKey"]
        assert {body["dispatchKey"] for body in answers} == {key}
        assert [event["data"]["dispatchKey"] for event in server.events] == [key] * 2 + [f"{key}:g1"] * 2
        assert len({event["id"] for event in server.events}) == 4
        assert database.rows(DISPATCHES) == [("accepted", "inngest", "enabled", 1, 3)]
        assert [row[1:3] for row in database.rows(LINES)] == [("accepted", 1)] * 2

    def test_a_sender_that_fell_silent_is_taken_over(
        self, app_at: AppAt, good: EventApiServer, database: Database
    ) -> None:
        """Killed between begin and settle: nobody knows what it sent."""
        client = app_at(good)
        tick(client)
        database.run(
            "UPDATE dispatches SET state = 'dispatching', holder = 'killed',"
            " holder_expires_at = everytick_now() + interval '30 s'"
        )
        assert tick(client)[1]["mode"] == "duplicate"
        database.run("UPDATE dispatches SET holder_expires_at = everytick_now()")
        assert tick(client)[1]["mode"] == "inngest"
        assert good.events[-1]["data"]["generation"] == 1

    def test_a_window_that_was_only_worked_inline_was_never_sent(
        self, app_at: AppAt, good: EventApiServer, database: Database
    ) -> None:
        """A roll-forward in the middle of a window sends its first generation."""
        control(database, "inline")
        client = app_at(good)
        tick(client)
        control(database, "auto")
        assert tick(client)[1]["mode"] == "inngest"
        assert {event["data"]["generation"] for event in good.events} == {0}

    def test_a_rollback_acts_on_the_very_next_call(
        self, app_at: AppAt, good: EventApiServer, database: Database
    ) -> None:
        """In the middle of a window that was dispatched: it works, and leaves the dispatch as it is."""
        client = app_at(good)
        tick(client)
        control(database, "inline")
        status, body = tick(client)
        assert (status, body["mode"], body["reason"]) == (200, "inline", "control_inline")
        assert body["process"]["stoppedBecause"] == "empty"
        assert database.rows(DISPATCHES) == [("accepted", "inngest", "enabled", 0, 2)]


class TestKey:
    """The event key stands in the address of every send; it may stand nowhere else."""

    def test_an_api_that_echoes_it(
        self, app_at: AppAt, database: Database, capfd: pytest.CaptureFixture[str]
    ) -> None:
        scripts = in_turn(
            says("400 Bad Request", {"ids": [CANARY], "error": f"unknown key {CANARY}"}),
            says("200 OK", {"ids": [CANARY, CANARY]}),
        )
        with event_api(scripts) as server:
            client = app_at(server, INNGEST_EVENT_KEY=CANARY)
            answers = [client.get(URL, headers=BEARER).text for _ in range(2)]
        assert [f"/e/{CANARY}" in request.line for request in server.heard] == [True, True]
        logged = capfd.readouterr()
        kept = database.rows(
            "SELECT d::text, l::text FROM dispatches d JOIN dispatch_lines l USING (dispatch_key)"
        )
        assert "tick.enqueue_failed" in logged.err
        assert CANARY not in logged.out + logged.err + "".join(answers) + str(kept)

    @pytest.mark.parametrize("before", [180, 190, 450, 460, 470, 480, 490])
    def test_no_part_of_it_is_left_where_a_message_is_cut(
        self, app_at: AppAt, capfd: pytest.CaptureFixture[str], before: int
    ) -> None:
        """Redacted first, then cut: half a key is not known for a key any more."""
        echo = "x" * before + CANARY
        with event_api(says("400 Bad Request", {"error": echo})) as server:
            _, body = tick(app_at(server, INNGEST_EVENT_KEY=CANARY))
        logged = capfd.readouterr()
        assert CANARY[:8] not in logged.out + logged.err + body["enqueueError"]["message"]
        assert len(body["enqueueError"]["message"]) <= 500


class TestLedgerAway:
    def test_sends_untracked(self, app_at: AppAt, good: EventApiServer, database: Database) -> None:
        """The ledger is not a single point of failure (design §5)."""
        client = app_at(good)
        database.run("ALTER TABLE dispatches ADD CONSTRAINT none_fits CHECK (ticks > 5)")
        try:
            status, body = tick(client)
        finally:
            database.run("ALTER TABLE dispatches DROP CONSTRAINT none_fits")
        assert (status, body["mode"], body["degraded"]) == (202, "inngest", True)
        assert {event["data"]["dispatchKey"] for event in good.events} == {body["dispatchKey"]}

    def test_what_was_sent_is_sent_although_it_cannot_be_recorded(
        self, app_at: AppAt, good: EventApiServer, database: Database
    ) -> None:
        client = app_at(good)
        database.run("ALTER TABLE dispatches ADD CONSTRAINT none_fits CHECK (state <> 'accepted')")
        try:
            status, body = tick(client)
        finally:
            database.run("ALTER TABLE dispatches DROP CONSTRAINT none_fits")
        assert (status, body["mode"], body["degraded"]) == (202, "inngest", True)

    def test_a_sender_that_was_overtaken_says_so(self, app_at: AppAt, database: Database) -> None:
        """Frozen in the middle of a send: the row belongs to whoever took the window over."""

        def overtaken(call: Call) -> None:
            events = call.hear()
            database.run("UPDATE dispatches SET generation = 1, holder = 'another'")
            call.answer("200 OK", acknowledgement(events))

        with event_api(overtaken) as server:
            client = app_at(server)
            with capture_logs() as logs:
                status, body = tick(client)
        assert (status, body["mode"], body["degraded"]) == (202, "inngest", True)
        (logged,) = [line for line in logs if line["event"] == "tick.untracked"]
        assert (logged["log_level"], logged["error_class"]) == ("error", "overtaken")
        assert database.rows("SELECT state, generation, holder FROM dispatches") == [
            ("dispatching", 1, "another")
        ]
