"""Whatever the event API does, a tick's work is done in that tick (design §5, failures D1 and D2)."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from app import create_app
from lib.composition import Composition
from lib.work.responsibilities import RESPONSIBILITIES
from tests.acceptance.scenario import OUTCOME, outcome, seed_overdue
from tests.conftest import Database
from tests.ticks.dispatching import SEND_DEADLINE_MS, at_window_start, sending_to, tick
from tests.ticks.event_apis import MISBEHAVING, EventApiServer, Script, event_api

WORK_SECONDS = 10.0
"""Far more than the scenario's work takes, far less than a tick that waits for the network."""


@pytest.fixture
def app_at(composed: Callable[..., Composition]) -> Callable[[str], FlaskClient]:
    """An instance whose events go to an address."""
    return lambda address: create_app(composed(**sending_to(address))).test_client()


def falls_back(client: FlaskClient, database: Database, error_class: str) -> dict[str, Any]:
    """One tick's answer; the scenario's work is done in it, and in time."""
    seed_overdue(database)
    at_window_start(database)
    began = time.monotonic()
    status, body = tick(client)
    assert time.monotonic() - began < SEND_DEADLINE_MS / 1000 + WORK_SECONDS
    assert (status, body["mode"], body["reason"]) == (200, "inline-fallback", "enqueue_failed")
    assert (body["success"], body["enqueued"], body["degraded"]) == (True, False, False)
    assert body["enqueueError"]["class"] == error_class
    assert outcome(database) == OUTCOME
    assert database.rows("SELECT DISTINCT source, status FROM runs") == [("inline-fallback", "succeeded")]
    assert database.rows("SELECT state, mode, error_class FROM dispatches") == [
        ("failed", "inline-fallback", error_class)
    ]
    assert database.rows("SELECT DISTINCT state FROM dispatch_lines") == [("covered",)]
    return body


class TestMisbehavingEventApi:
    @pytest.mark.parametrize(("script", "error_class"), MISBEHAVING.values(), ids=MISBEHAVING.keys())
    def test_the_work_is_done_in_this_tick(
        self, app_at: Callable[[str], FlaskClient], database: Database, script: Script, error_class: str
    ) -> None:
        """And should the API have taken one or both events, their runs find nothing to do (failure L4)."""
        with event_api(script) as server:
            client = app_at(server.address)
            falls_back(client, database, error_class)
            run_what_was_sent(client, database, server)

    def test_refused(self, app_at: Callable[[str], FlaskClient], database: Database) -> None:
        with socket.socket() as held:
            held.bind(("127.0.0.1", 0))
            falls_back(app_at(f"http://127.0.0.1:{held.getsockname()[1]}"), database, "send_refused")


class TestHangingResolver:
    @pytest.fixture
    def release(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
        """Names under `hanging` are resolved when this is set, and not before."""
        released, resolve = threading.Event(), socket.getaddrinfo

        def getaddrinfo(host: Any, *rest: Any, **options: Any) -> Any:
            if host == "hanging":
                released.wait(30)
                raise socket.gaierror(socket.EAI_AGAIN, "try again")
            return resolve(host, *rest, **options)

        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
        yield released
        released.set()
        wait_for_sends()

    def test_the_next_ticks_do_not_wait(
        self, app_at: Callable[[str], FlaskClient], database: Database, release: threading.Event
    ) -> None:
        """Nothing bounds a resolver: the tick leaves it, and the next ones send nothing meanwhile."""
        client = app_at("http://hanging:8288")
        falls_back(client, database, "send_timed_out")
        for _ in range(2):
            began = time.monotonic()
            status, body = tick(client)
            assert (status, body["mode"], body["enqueueError"]["class"]) == (
                200,
                "inline-fallback",
                "send_stuck",
            )
            assert time.monotonic() - began < WORK_SECONDS
        release.set()
        wait_for_sends()
        assert tick(client)[1]["enqueueError"]["class"] == "send_refused"


def wait_for_sends() -> None:
    """Wait until no send is under way."""
    for thread in threading.enumerate():
        if thread.name == "everytick-send":
            thread.join(10)


def run_what_was_sent(client: FlaskClient, database: Database, server: EventApiServer) -> None:
    """Let the engine call the functions, late, for the events that it heard."""
    functions = {r.event_name: r.job_name for r in RESPONSIBILITIES}
    assert {event["name"] for event in server.events} == functions.keys()
    for event in server.events:
        function = functions[event["name"]]
        answer = client.post(f"/api/inngest?fnId=everytick-{function}&stepId=step", json=first_request(event))
        assert answer.status_code == 206, answer.text
        ((operation),) = json.loads(answer.text)
        assert operation["data"]["end"]["status"] == "superseded"
    assert outcome(database) == OUTCOME
    assert database.rows("SELECT source, status FROM runs WHERE source = 'inngest'") == [
        ("inngest", "superseded")
    ] * len(server.events)


def first_request(event: dict[str, Any]) -> dict[str, Any]:
    """What the engine posts when a run begins."""
    return {
        "ctx": {
            "attempt": 0,
            "disable_immediate_execution": False,
            "env": "dev",
            "fn_id": "f",
            "max_attempts": 4,
            "run_id": f"late-{event['id']}",
            "stack": {"current": 0, "stack": []},
            "step_id": "step",
            "use_api": False,
        },
        "event": event,
        "events": [event],
        "steps": {},
        "use_api": False,
        "version": 1,
    }
