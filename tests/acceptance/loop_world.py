"""Two instances of a production app, an engine that either may serve, and clocks that disagree."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pydantic import BaseModel

from dev.engine.clock import EngineClock
from dev.engine.engine import Engine
from dev.engine.event_api import EventApi
from lib.composition import Composition, compose
from lib.job_kinds import all_kinds
from lib.jobs.kind import JobKinds, RunningJob, job_kind
from lib.services import Services
from lib.ticks.window import window_at
from tests.acceptance.fickle_relay import FickleRelay
from tests.acceptance.mortal import Instance, SkewedClock
from tests.conftest import Database
from tests.durable import PRODUCTION, SIGNING_KEY

SKEWS = {"early": timedelta(seconds=-60), "late": timedelta(seconds=60)}
"""How far each instance's own clock is ahead of the database's."""
SETTINGS = {
    "INNGEST_SELF_HOSTED": "true",
    # One at a time: which transaction is the first, the second, … stays the same when a test is replayed.
    "BACKGROUND_JOB_WORKER_CONCURRENCY": "1",
    "BACKGROUND_JOB_CRON_LIMIT": "50",
    "BACKGROUND_JOBS_MAX_DRAIN_STEPS": "2",
    # Nothing is slow here; a shorter silence makes for shorter ends.
    "BACKGROUND_JOBS_STUCK_RUN_SECONDS": "400",
}


class NoPayload(BaseModel):
    """Nothing."""


@job_kind("test.fails_once", payload=NoPayload)
def fails_once(_payload: NoPayload, job: RunningJob, _services: Services) -> None:
    """Go wrong at the first attempt, and well at the second."""
    if job.attempt == 0:
        raise RuntimeError("the first time")


@dataclass(frozen=True, kw_only=True)
class LoopWorld:
    """Everything that a tick meets."""

    database: Database
    clock: "SharedClock"
    instances: dict[str, Instance]
    engine: Engine
    relay: FickleRelay

    def serve_engine(self, name: str) -> Instance:
        """Let this instance answer the engine from now on."""
        instance = self.instances[name]
        self.engine.deploy(instance.app.test_client)
        return instance

    def windows(self) -> set[str]:
        """The dispatch keys of a tick that comes now, whichever clock it goes by."""
        now = self.clock.now()
        return {window_at(now + ahead, 60).dispatch_key for ahead in (timedelta(), *SKEWS.values())}


class SharedClock:
    """The database's clock, which goes with the engine's unless it was set back."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.engine = EngineClock.at_wall_time()
        self._behind = 0.0
        self.engine.on_advance(lambda _: self._set())

    def now(self) -> datetime:
        """The shared instant."""
        now: datetime = self._database.value("SELECT everytick_now()")
        return now

    def set_back(self, seconds: float) -> None:
        """Set it back by so much, or forward again."""
        self._behind += seconds
        self._set()

    def set_right(self) -> None:
        """Make it the engine's again."""
        self.set_back(-self._behind)

    def _set(self) -> None:
        self._database.shift_clock(timedelta(seconds=self.engine.monotonic() - self._behind))


@contextmanager
def loop_world(environ: dict[str, str], database: Database) -> Iterator[LoopWorld]:
    """Both instances deployed and registered, a second into a window."""
    database.run("UPDATE environment_stamp SET kind = 'production'")
    clock = SharedClock(database)
    past: float = database.value("SELECT mod(extract(epoch FROM everytick_now()), 60)::float8")
    clock.engine.advance(61 - past)
    relay = FickleRelay()
    with EventApi(relay) as api:
        variables = {**environ, **PRODUCTION, **SETTINGS, "INNGEST_BASE_URL": api.url}
        instances = {
            name: Instance(name, _composition(variables, SkewedClock(right=clock.engine, ahead=ahead)))
            for name, ahead in SKEWS.items()
        }
        engine = Engine(
            instances["early"].app.test_client,
            clock=clock.engine,
            signing_key=SIGNING_KEY,
            chance=random.Random(7),
        )
        relay.engine = engine
        try:
            engine.register()
            yield LoopWorld(database=database, clock=clock, instances=instances, engine=engine, relay=relay)
        finally:
            for instance in instances.values():
                instance.close()


def _composition(variables: dict[str, str], clock: SkewedClock) -> Composition:
    composition = compose(variables, clock=clock, chance=random.Random(clock.ahead.total_seconds()))
    assert composition.services is not None, composition.decision.problems
    kinds = JobKinds(*all_kinds().values(), fails_once)
    return replace(composition, services=replace(composition.services, kinds=kinds))
