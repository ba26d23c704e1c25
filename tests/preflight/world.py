"""A production on loopback: the app at its own origin, the engine behind an event API, Inngest's API."""

import json
import random
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

from click.testing import Result
from flask import Flask
from werkzeug.serving import make_server

from app import create_app
from dev.engine.clock import EngineClock
from dev.engine.engine import Engine
from dev.engine.event_api import EventApi
from lib.clock import Clock
from lib.composition import compose
from lib.preflight.check import CheckName
from tests.conftest import Database
from tests.durable import PRODUCTION, SIGNING_KEY, Relay, call_cron
from tests.environment.cases import SECRETS
from tests.inngest_api import InngestApi, inngest_api

ROUTE = "/api/inngest"


class Served:
    """One address on loopback, and whatever app is deployed there."""

    def __init__(self) -> None:
        self.app: Flask | None = None
        self.server = make_server("127.0.0.1", 0, self._answer, threaded=True)
        self.origin = f"http://127.0.0.1:{self.server.server_port}"

    def _answer(self, environ: Any, start_response: Any) -> Any:
        assert self.app is not None
        return self.app(environ, start_response)


@contextmanager
def served() -> Iterator[Served]:
    here = Served()
    thread = threading.Thread(target=here.server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield here
    finally:
        here.server.shutdown()
        thread.join()
        here.server.server_close()


@dataclass
class World:
    """What a test changes, and the command as an operator types it."""

    environ: dict[str, str]
    database: Database
    served: Served
    api: InngestApi
    engine: Engine
    closing: ExitStack
    changes: dict[str, str] = field(default_factory=dict)
    """To the environment of the command's own instance; what is deployed stays as it was."""
    clock: Clock | None = None
    """The command's own instance's; None for the machine's."""

    def app(self, **changes: str) -> Flask:
        """An instance."""
        composition = compose(
            {**self.environ, **self.changes, **changes}, clock=self.clock, chance=random.Random(7)
        )
        if composition.services is not None:
            self.closing.callback(composition.services.store.close)
        return create_app(composition)

    def type(self, *arguments: str) -> Result:
        """Type the command; two instances with two connections each fit everywhere."""
        given = arguments if "--instances" in arguments else ("--instances", "2", *arguments)
        return self.app().test_cli_runner().invoke(args=["rollout", "preflight", *given])

    def checks(self, code: int, *arguments: str) -> list[dict[str, Any]]:
        """Each check, of a command that ends with `code`."""
        result = self.type("--json", *arguments)
        assert result.exit_code == code, result.output
        answer = json.loads(result.stdout)
        assert (answer["ok"], answer["exitCode"]) == (code == 0, code)
        checks: list[dict[str, Any]] = answer["checks"]
        return checks

    def check(self, name: CheckName, code: int = 1, *arguments: str) -> dict[str, Any]:
        """The one named so."""
        (found,) = [one for one in self.checks(code, *arguments) if one["name"] == name]
        return found

    def calls(self, url: str) -> None:
        """Inngest's API says from now on that it calls `url`."""
        self.api.says(200, {"ok": True, "modified": True, "data": {"latestSync": {"url": url}}})


@contextmanager
def healthy_world(environ: dict[str, str], database: Database) -> Iterator[World]:
    """One in which everything is well: registered, ticking, reachable."""
    database.run("UPDATE environment_stamp SET kind = 'production'")
    relay = Relay()
    with (
        served() as here,
        inngest_api() as api,
        EventApi(relay, key=SECRETS["event"]) as events,
        ExitStack() as closing,
    ):
        given = {
            **environ,
            **PRODUCTION,
            "INNGEST_SELF_HOSTED": "true",
            "INNGEST_BASE_URL": api.url,
            "INNGEST_EVENT_API_BASE_URL": events.url,
            "INNGEST_SERVE_ORIGIN": here.origin,
            "DATABASE_POOL_MAX": "2",
        }
        composition = compose(given, chance=random.Random(7))
        assert composition.services is not None, composition.decision.problems
        closing.callback(composition.services.store.close)
        here.app = create_app(composition)
        engine = Engine(
            here.app.test_client,
            clock=EngineClock.at_wall_time(),
            signing_key=SIGNING_KEY,
            chance=random.Random(7),
        )
        engine.register()
        relay.engine = engine
        world = World(environ=given, database=database, served=here, api=api, engine=engine, closing=closing)
        world.calls(f"{here.origin}{ROUTE}")
        assert call_cron(here.app)[0] == 202
        engine.run_until_idle()
        yield world
