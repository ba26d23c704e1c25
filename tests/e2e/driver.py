"""Who calls the functions: the tests' executor, or a real Inngest dev server. Scenarios know neither."""

import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import requests
from flask import Flask
from werkzeug.serving import make_server

from app import create_app
from lib.composition import compose
from lib.services import Services
from tests.conftest import Database
from tests.durable import World, call_cron, self_hosted_world, tick_event

WAIT_SECONDS = 180.0
"""The longest that a real engine is waited for: a step that failed is called again after up to 45 s."""
QUIET_SECONDS = 3.0
"""After what was expected has come, nothing more may come for so long."""


class Driver(Protocol):
    """One app, registered with one engine."""

    @property
    def services(self) -> Services:
        """The app's."""
        ...

    @property
    def database(self) -> Database:
        """The test's view of the app's."""
        ...

    def tick(self) -> dict[str, Any]:
        """Call the cron route, which sends events itself; its answer."""
        ...

    def send(self, *events: dict[str, Any]) -> None:
        """Send events in one request."""
        ...

    def settle(self, *, closed: int) -> None:
        """Go on until that many runs are closed, no more is running and nothing more comes."""
        ...


def event(driver: Driver, responsibility: Any, **changes: Any) -> dict[str, Any]:
    """The event that a tick sends now, with a dispatch key that no other test has used."""
    now: datetime = driver.database.value("SELECT everytick_now()")
    changes.setdefault("dispatchKey", f"e2e:{secrets.token_hex(6)}")
    return tick_event(responsibility, now, **changes)


@dataclass(frozen=True, kw_only=True)
class ExecutorDriver:
    """The executor: signed calls, a clock that it moves itself."""

    world: World

    @property
    def services(self) -> Services:
        return self.world.services

    @property
    def database(self) -> Database:
        return self.world.database

    def tick(self) -> dict[str, Any]:
        return call_cron(self.world.app)[1]

    def send(self, *events: dict[str, Any]) -> None:
        self.world.engine.send(list(events))

    def settle(self, *, closed: int) -> None:
        self.world.engine.run_until_idle()
        assert _counts(self.database) == (closed, 0)


@dataclass(frozen=True, kw_only=True)
class DevServerDriver:
    """A real dev server: unsigned calls, real time."""

    app: Flask
    services: Services
    database: Database
    url: str

    def tick(self) -> dict[str, Any]:
        return call_cron(self.app)[1]

    def send(self, *events: dict[str, Any]) -> None:
        answer = requests.post(f"{self.url}/e/e2e", json=list(events), timeout=10)
        assert answer.status_code == 200, answer.text

    def settle(self, *, closed: int) -> None:
        _wait_until(lambda: _counts(self.database) == (closed, 0))
        time.sleep(QUIET_SECONDS)
        assert _counts(self.database) == (closed, 0)


def _counts(database: Database) -> tuple[int, int]:
    """How many runs are closed and how many are not, but for the one that the scenario seeds."""
    ((closed, running),) = database.rows(
        "SELECT count(*) FILTER (WHERE status <> 'running'), count(*) FILTER (WHERE status = 'running')"
        " FROM runs WHERE run_id <> 'old'"
    )
    return closed, running


def _wait_until(reached: Callable[[], bool]) -> None:
    until = time.monotonic() + WAIT_SECONDS
    while not reached():
        assert time.monotonic() < until, f"the dev server did not get there in {WAIT_SECONDS} s"
        time.sleep(0.2)


@contextmanager
def executor_driver(
    environ: dict[str, str], database: Database, settings: Mapping[str, str]
) -> Iterator[ExecutorDriver]:
    """A production app, called by the executor."""
    with self_hosted_world(environ, database, settings=settings) as world:
        yield ExecutorDriver(world=world)


@contextmanager
def dev_server_driver(
    environ: dict[str, str], database: Database, url: str, settings: Mapping[str, str]
) -> Iterator[DevServerDriver]:
    """A development app on a port of its own, registered with the dev server at `url`."""
    given = {**environ, "INNGEST_DEV": url, "BACKGROUND_JOBS_USE_INNGEST": "true", **settings}
    composition = compose(given)
    assert composition.services is not None, composition.decision.problems
    app = create_app(composition)
    try:
        with _served(app) as origin:
            answer = requests.put(f"{origin}/api/inngest", timeout=30)
            assert answer.json().get("ok"), answer.text
            yield DevServerDriver(app=app, services=composition.services, database=database, url=url)
    finally:
        composition.services.store.close()


@contextmanager
def _served(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, name="e2e-app", daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(timeout=10)
        server.server_close()
