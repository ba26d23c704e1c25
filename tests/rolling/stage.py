"""Two versions of the app on one database and one app in Inngest, as during a rolling release."""

import json
import random
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, cast

from flask.testing import FlaskClient

from dev.engine.clock import EngineClock
from dev.engine.engine import Engine
from dev.engine.event_api import EventApi
from tests.conftest import CRON_SECRET
from tests.durable import PRODUCTION, SIGNING_KEY, Relay
from tests.faults.audited_database import AuditedDatabase
from tests.faults.law import Verdict, judge
from tests.faults.outbox import Outbox
from tests.faults.proxy import proxy
from tests.faults.work import seed_tick
from tests.rolling.release import PROJECT
from tests.rolling.version import Answer, Turns, Version, running

CRON: Final = "/api/cron/background-jobs"
WINDOW_SECONDS: Final = 15
"""Short: signatures go by the machine's clock, and the shared one may be ahead by five minutes at most."""
SETTINGS: Final = {
    "BACKGROUND_JOBS_DISPATCH_WINDOW_SECONDS": str(WINDOW_SECONDS),
    # One job a step: each run is so many calls that both versions answer some.
    "BACKGROUND_JOB_CRON_LIMIT": "1",
    "BACKGROUND_JOB_WORKER_CONCURRENCY": "1",
}


@dataclass(kw_only=True)
class Stage:
    """Both versions, and what is between them."""

    database: AuditedDatabase
    outbox: Outbox
    engine: Engine
    turns: Turns
    previous: Version
    head: Version
    ticks: int = 0

    def tick(self, version: Version) -> dict[str, Any]:
        """Give `version` a tick with work of its own to do; its answer."""
        self.ticks += 1
        seed_tick(self.database, self.ticks)
        answer = call_cron(version)
        body: dict[str, Any] = json.loads(answer.body)
        return body

    def register_by(self, version: Version) -> None:
        """Let Inngest go by what `version` says of the functions from now on."""
        held, self.turns.versions = self.turns.versions, [version]
        self.engine.register()
        self.turns.versions = held

    def next_window(self) -> None:
        """Let time pass to the next window."""
        self.engine.advance(WINDOW_SECONDS)

    def judged(self) -> Verdict:
        """What became of all the ticks' work."""
        return judge(self.database, self.outbox)

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """What the database's owner sees."""
        return self.database.owner.rows(statement)


def call_cron(version: Version) -> Answer:
    """One call of the cron route."""
    return version.ask("GET", CRON, headers={"Authorization": f"Bearer {CRON_SECRET}"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """What a stage is made of."""

    previous: Path
    database: AuditedDatabase
    outbox: Outbox
    redis_url: str
    logs: Path


@contextmanager
def rolling_stage(places: Places, settings: Mapping[str, str]) -> Iterator[Stage]:
    """Both versions started on an empty database at this checkout's schema, registered by this checkout."""
    owner = places.database.owner
    places.database.reset()
    places.outbox.reset()
    owner.run("UPDATE environment_stamp SET kind = 'production'")
    clock = EngineClock.at_wall_time()
    clock.on_advance(lambda _: owner.shift_clock(timedelta(seconds=clock.monotonic())))
    relay = Relay()
    with ExitStack() as stack:
        postgres = stack.enter_context(proxy(places.database.upstream))
        api = stack.enter_context(EventApi(relay))
        environ = {
            **PRODUCTION,
            **SETTINGS,
            "DATABASE_URL": places.database.app_url(postgres.port),
            "REDIS_URL": places.redis_url,
            "INNGEST_SELF_HOSTED": "true",
            "INNGEST_BASE_URL": api.url,
            "SMTP_URL": f"smtp://127.0.0.1:{places.outbox.port}",
            "CRON_SECRET": CRON_SECRET,
            **settings,
        }
        head, previous = (
            stack.enter_context(running(name, folder, environ, log=places.logs / f"{name}.log"))
            for name, folder in (("head", PROJECT), ("previous", places.previous))
        )
        turns = Turns(versions=[head])
        engine = Engine(
            lambda: cast("FlaskClient", turns),
            clock=clock,
            signing_key=SIGNING_KEY,
            chance=random.Random(7),
        )
        relay.engine = engine
        engine.register()
        turns.versions = [previous, head]
        yield Stage(
            database=places.database,
            outbox=places.outbox,
            engine=engine,
            turns=turns,
            previous=previous,
            head=head,
        )
