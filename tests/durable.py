"""An app with its durable functions, and the executor that calls it: what tests of whole runs stand on."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from flask import Flask

from app import create_app
from dev.engine.clock import EngineClock
from dev.engine.engine import Engine, oldest_first
from dev.engine.event_api import EventApi
from dev.engine.queue import QueueItem
from dev.engine.run import EngineRun
from inngest_functions.client import build_client
from inngest_functions.functions import durable_functions
from lib.clock import iso
from lib.composition import compose
from lib.services import Services
from lib.ticks.window import window_at
from lib.work.responsibilities import MAINTENANCE, PROCESS, Responsibility
from tests.conftest import CRON_SECRET, Database
from tests.environment.cases import PLACES, SECRETS

SIGNING_KEY = SECRETS["prod"]
PRODUCTION = {
    **PLACES["vercel production"],
    "INNGEST_SIGNING_KEY": SIGNING_KEY,
    "INNGEST_EVENT_KEY": SECRETS["event"],
    "BACKGROUND_JOBS_USE_INNGEST": "true",
}
PREFIX = "everytick-"
"""What the engine puts before a function's own id: the app's."""


def tick_event(responsibility: Responsibility, now: datetime, **changes: Any) -> dict[str, Any]:
    """What a tick at `now` sends for `responsibility`, with changes to its data (None: left out)."""
    window = window_at(now, 60)
    data = {
        "source": "cron",
        "requestedAt": iso(now),
        "dispatchKey": window.dispatch_key,
        "generation": 0,
        "correlationId": "c0ffee",
        "windowStart": iso(window.start),
        "windowSeconds": 60,
        **changes,
    }
    return {
        "name": responsibility.event_name,
        "data": {name: value for name, value in data.items() if value is not None},
    }


@dataclass(frozen=True, kw_only=True)
class World:
    """One deployed app, its stores, and the engine that runs its functions. The engine's clock rules."""

    app: Flask
    services: Services
    engine: Engine
    clock: EngineClock
    database: Database

    def event(self, responsibility: Responsibility, **changes: Any) -> dict[str, Any]:
        """The event that a tick sends now for `responsibility`, with changes to its data (None: left out)."""
        return tick_event(responsibility, self.database.value("SELECT everytick_now()"), **changes)

    def instant(self, *, seconds: float) -> str:
        """The shared clock's instant `seconds` from now, as events carry it."""
        now: datetime = self.database.value("SELECT everytick_now()")
        return iso(now + timedelta(seconds=seconds))

    def tick(self, **changes: Any) -> None:
        """Send the two events of a tick."""
        self.engine.send([self.event(PROCESS, **changes), self.event(MAINTENANCE, **changes)])

    def runs_of(self, responsibility: Responsibility) -> list[EngineRun]:
        """The engine's runs of `responsibility`, the oldest first."""
        wanted = f"{PREFIX}{responsibility.job_name}"
        return [run for run in self.engine.runs if run.function_id == wanted]

    def steps(self) -> list[tuple[str, str]]:
        """Each step's id and outcome (the wire's opcode), in the order in which the app answered."""
        bodies = [exchange.answer_body() for exchange in self.engine.exchanges]
        return [(op["displayName"], op["op"]) for body in bodies if isinstance(body, list) for op in body]

    def configurations(self) -> dict[str, dict[str, Any]]:
        """What registration tells the engine of each function, failure functions included."""
        client = build_client(self.services.settings, self.services.environment)
        configs = [
            function.get_config("https://app.example/api/inngest")
            for function in durable_functions(client, self.services)
        ]
        parts = [part for config in configs for part in (config.main, config.on_failure) if part]
        return {part.id: part.model_dump(mode="json", by_alias=True, exclude_none=True) for part in parts}

    def rows(self, columns: str, responsibility: Responsibility = PROCESS) -> list[tuple[Any, ...]]:
        """Our own rows of its runs, but for the one that the scenario seeds."""
        return self.database.rows(
            f"SELECT {columns} FROM runs WHERE job_name = %s AND run_id <> 'old' ORDER BY started_at, run_id",
            responsibility.job_name,
        )


class Relay:
    """Hands what the event API takes to an engine that is made after it."""

    def __init__(self) -> None:
        self.engine: Engine | None = None
        self.eager = False
        """Whether both functions have run before the event API answers."""

    def send(self, events: list[Any], *, seed: str | None = None) -> list[str]:
        assert self.engine is not None
        ids = self.engine.send(events, seed=seed)
        if self.eager:
            self.engine.run_until_idle()
        return ids


@contextmanager
def self_hosted_world(
    environ: dict[str, str],
    database: Database,
    *,
    relay: Relay | None = None,
    settings: Mapping[str, str] | None = None,
) -> Iterator[World]:
    """A production app whose own ticks reach the executor, as an Inngest server of one's own."""
    relay = relay or Relay()
    with EventApi(relay) as api:
        own = {"INNGEST_SELF_HOSTED": "true", "INNGEST_BASE_URL": api.url, **(settings or {})}
        with durable_world(environ, database, settings=own) as world:
            relay.engine = world.engine
            yield world


def call_cron(app: Flask) -> tuple[int, dict[str, Any]]:
    """One call of the cron route: its status and its body."""
    headers = {"Authorization": f"Bearer {CRON_SECRET}"}
    answer = app.test_client().get("/api/cron/background-jobs", headers=headers)
    body: dict[str, Any] = answer.get_json(force=True)
    return answer.status_code, body


@contextmanager
def durable_world(
    environ: dict[str, str],
    database: Database,
    *,
    settings: Mapping[str, str] | None = None,
    clock: EngineClock | None = None,
    choose: Callable[[Sequence[QueueItem]], QueueItem] = oldest_first,
    change: Callable[[Services], Services] = lambda services: services,
) -> Iterator[World]:
    """A production app on the test's stores, registered with an executor of its own.

    The database's clock goes with `clock`, which several worlds may share. `change` puts other parts in.
    """
    database.run("UPDATE environment_stamp SET kind = 'production'")
    if clock is None:
        clock = EngineClock.at_wall_time()
        clock.on_advance(lambda _: database.shift_clock(timedelta(seconds=clock.monotonic())))
    composition = compose({**environ, **PRODUCTION, **(settings or {})}, clock=clock, chance=random.Random(7))
    assert composition.services is not None, composition.decision.problems
    composition = replace(composition, services=change(composition.services))
    assert composition.services is not None
    app = create_app(composition)
    engine = Engine(
        app.test_client, clock=clock, signing_key=SIGNING_KEY, chance=random.Random(7), choose=choose
    )
    try:
        engine.register()
        yield World(app=app, services=composition.services, engine=engine, clock=clock, database=database)
    finally:
        composition.services.store.close()
