"""The deployment that is rehearsed on: a production app on stores of its own, and the stub that calls it."""

import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from flask import Flask

from app import create_app
from dev.cutover.books import Books, opened_books
from dev.cutover.clock import RehearsalClock
from dev.cutover.endpoint import Endpoint
from dev.cutover.stub import Stub
from dev.cutover.terms import CRON_SECRET, SETTINGS, SIGNING_KEY
from dev.cutover.witnesses import WitnessedMailer, witnessed_kinds
from dev.engine.engine import Engine
from dev.engine.event_api import EventApi
from dev.problem import Problem
from lib.composition import Composition, compose
from lib.drafts.maildir_mailer import MaildirMailer
from lib.environment.decision import DeploymentKind
from lib.services import Services
from lib.store.migrate import upgrade_database

SEED = 7
"""Of all chance: a rehearsal goes the same way each time, as far as the machine lets it."""
CRON_PATH = "/api/cron/background-jobs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """Where the stores are; both are the rehearsal's own."""

    database_url: str
    redis_url: str | None
    """None where this machine has no Redis."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Everything that the rehearsal plays with."""

    app: Flask
    services: Services
    stub: Stub
    clock: RehearsalClock
    books: Books
    outbox: Path
    """The Maildir that mail goes to."""

    def tick(self) -> tuple[int, dict[str, Any]]:
        """One call of the cron route: status and body. What is due at it is planted before."""
        tick = self.books.expect_tick()
        answer = self.app.test_client().get(CRON_PATH, headers={"Authorization": f"Bearer {CRON_SECRET}"})
        body: dict[str, Any] = answer.get_json(force=True)
        if isinstance(key := body.get("dispatchKey"), str):
            self.books.name_tick(tick, key)
        return answer.status_code, body

    def next_window(self) -> None:
        """Move all clocks on to the next window."""
        self.stub.engine.advance(self.clock.seconds_to_next_window())


def migrate(stores: Stores) -> None:
    """Bring the empty database to the newest revision, as a production's."""
    upgrade_database(stores.database_url, kind=DeploymentKind.PRODUCTION, said=DeploymentKind.PRODUCTION)


@contextmanager
def opened_world(
    stores: Stores, *, outbox: Path, settings: Mapping[str, str] | None = None
) -> Iterator[World]:
    """The app on the migrated `stores`, registered with the stub; `settings` come over the usual ones."""
    stub = Stub()
    with opened_books(stores.database_url) as books, EventApi(stub) as api, Endpoint() as endpoint:
        clock = RehearsalClock(books)
        environment = {**_environment(stores, api, endpoint), **(settings or {})}
        composition = compose(environment, clock=clock, chance=_chance())
        services = _witnessed(composition, books, outbox)
        try:
            app = create_app(replace(composition, services=services))
            engine = Engine(app.test_client, clock=clock.engine, signing_key=SIGNING_KEY, chance=_chance())
            engine.register()
            stub.begin(engine)
            with endpoint.serving(app, clock):
                yield World(app=app, services=services, stub=stub, clock=clock, books=books, outbox=outbox)
        finally:
            services.store.close()


def _environment(stores: Stores, api: EventApi, endpoint: Endpoint) -> dict[str, str]:
    redis = {"REDIS_URL": stores.redis_url} if stores.redis_url else {}
    return {
        **SETTINGS,
        "DATABASE_URL": stores.database_url,
        **redis,
        "INNGEST_BASE_URL": api.url,
        "INNGEST_SERVE_ORIGIN": endpoint.origin,
    }


def _chance() -> random.Random:
    return random.Random(SEED)  # noqa: S311  # repeatable, and no secret hangs on it


def _witnessed(composition: Composition, books: Books, outbox: Path) -> Services:
    """The parts of the instance, with witnesses. Raises Problem where the guard refuses it."""
    services = composition.services
    if services is None:
        said = "; ".join(f"{one.summary} {one.cure}" for one in composition.decision.problems)
        raise Problem(f"The rehearsal's deployment is refused: {said}")
    return replace(
        services,
        mailer=WitnessedMailer(MaildirMailer(outbox), books),
        kinds=witnessed_kinds(services.kinds, books),
    )
