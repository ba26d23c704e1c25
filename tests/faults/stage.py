"""Where a fault is played: an app of processes, its stores, Inngest and the outbox, each behind a proxy."""

import random
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, cast

from flask.testing import FlaskClient
from redis import ConnectionPool, Redis

from dev.engine.clock import EngineClock
from dev.engine.engine import Engine
from dev.engine.event_api import EventApi
from tests.conftest import CRON_SECRET
from tests.durable import PRODUCTION, SIGNING_KEY
from tests.faults.audited_database import AuditedDatabase
from tests.faults.counting_relay import CountingRelay
from tests.faults.deployed import Deployed
from tests.faults.instances import Died, Froze, Instance, Instances, Silent
from tests.faults.law import BOUND, WINDOW_S, Verdict, judge
from tests.faults.outbox import Outbox
from tests.faults.points import At
from tests.faults.proxy import Address, Proxy, proxy
from tests.faults.wire import Reply, Request
from tests.faults.work import seed_tick
from tests.own_stores import OwnStores
from tests.redis_claim import empty

PATIENCE_S: Final = 20.0
"""Far above what the settings below allow a tick."""
WINDOWS_PAST_BOUND: Final = int(BOUND.total_seconds() // WINDOW_S) + 1
CRON: Final = "/api/cron/background-jobs"
ONE_WORKER: Final = {"BACKGROUND_JOB_WORKER_CONCURRENCY": "1"}
"""So that a process's points come in one order."""


@dataclass(frozen=True, kw_only=True)
class Places:
    """What a stage is set up with."""

    database: AuditedDatabase
    redis_url: str
    outbox: Outbox
    instances: Instances
    stores: OwnStores | None = None
    """Those that may be stopped and paused; None: the session's, which others use too."""


@dataclass(kw_only=True)
class Stage:
    """One deployment under test. The engine's clock rules; the database's and the instances' go with it."""

    places: Places
    environ: dict[str, str]
    without: tuple[str, ...]
    engine: Engine = field(init=False)
    clock: EngineClock
    relay: CountingRelay
    postgres: Proxy
    redis: Proxy
    events: Proxy
    patience_s: float
    """How many seconds a tick is waited for under the fault."""
    ticks: int = 0
    modes: Counter[str] = field(default_factory=Counter)
    """What ticks under the fault answered: a mode, a problem's code, or `died`."""
    keeps_silent: bool = False
    """Whether an instance that does not answer is asked again, as where no platform ends it."""
    faulty: bool = False
    """Whether the fault is in force."""
    routes: dict[str, Instance] = field(default_factory=dict)
    """Where Inngest's calls of a function go while that lives, by its job name; others go where ticks go."""
    injections: int = 0
    store_away: bool = False
    """Whether the database's server cannot be asked by anybody."""
    back_at: datetime | None = None
    """When the stores were back, by the shared clock."""
    _current: Instance | None = None
    _frozen_ticks: list[Instance] = field(default_factory=list)

    # -- instances

    def start(self, *, at: At | None = None, skew_s: float = 0.0, **changes: str) -> Instance:
        """A new instance."""
        return self.places.instances.start(
            {**self.environ, **changes}, without=self.without, skew_s=skew_s, at=at
        )

    def use(self, instance: Instance | None) -> None:
        """Send what comes to `instance`; None: to a new one."""
        self._current = instance

    @property
    def span(self) -> int:
        """How many windows a fault lasts: unprotected, longer than anything may take."""
        return WINDOWS_PAST_BOUND if self.without else 3

    @property
    def current(self) -> Instance:
        """Where requests go: the same process until it dies, then a new one."""
        if self._current is None or not self._current.usable:
            self._current = self.start()
        return self._current

    def instance_for(self, query: str) -> Instance:
        """Where a call of Inngest with this query goes."""
        routed = [one for name, one in self.routes.items() if name in query and one.usable]
        return routed[0] if routed else self.current

    # -- ticks and windows

    def seed(self) -> None:
        """Give the next tick its work."""
        self.ticks += 1
        seed_tick(self.places.database, self.ticks)

    def cron(self, instance: Instance | None = None) -> dict[str, Any]:
        """One call of the cron route; its body.

        It is empty when the instance died, froze, or was left alone with it in the end, as platforms do.
        """
        headers = {"Authorization": f"Bearer {CRON_SECRET}"}
        request = Request(method="GET", path=CRON, headers=headers, shift_s=self.clock.monotonic())
        try:
            reply = (instance or self.current).call(
                request, seconds=self.patience_s if self.faulty else PATIENCE_S
            )
        except Died:
            return self._noted("died", {})
        except Froze:
            self._frozen_ticks.append(instance or self.current)
            return {}
        except Silent:
            self.use(self._current if self.keeps_silent else None)
            return self._noted("silent", {})
        return self.answered(reply)

    def answered(self, reply: Reply) -> dict[str, Any]:
        """Take note of a tick's answer; its body."""
        body: dict[str, Any] = reply.json()
        return self._noted(body.get("code") or body.get("mode") or str(reply.status), body)

    def _noted(self, answer: str, body: dict[str, Any]) -> dict[str, Any]:
        if self.faulty:
            self.modes[answer] += 1
        return body

    def wake(self, instance: Instance) -> None:
        """Let a frozen instance go on to the end of what it was asked."""
        instance.wake()
        with suppress(Died):
            reply = instance.answer()
            if instance in self._frozen_ticks:
                self.answered(reply)

    def window(self) -> dict[str, Any]:
        """A window as it should be: work, a tick, Inngest's calls, and time passes to the next."""
        self.seed()
        body = self.cron()
        self.pass_window()
        return body

    def pass_window(self, *, seconds: float = WINDOW_S) -> None:
        """Let Inngest call, and time pass: to the next window, or by a part of one."""
        until = self.clock.monotonic() + seconds
        self.engine.run_until_idle(max_seconds=seconds - 1)
        self.engine.advance(until - self.clock.monotonic())

    def windows(self, count: int) -> None:
        for _ in range(count):
            self.window()

    def faulty_windows(self, count: int, *, through: Proxy) -> None:
        """Windows under a fault of `through`, each of which counts if it was touched by it."""
        self.faulty = True
        for _ in range(count):
            self.use(None)  # one that remembers the fault might stay away from it
            before = through.fired
            self.window()
            self.injections += through.fired > before or through.refuses()
        self.faulty = False

    def empty_windows(self, count: int) -> None:
        """Windows whose ticks have no work of their own: so that what is open gets its time."""
        for _ in range(count):
            self.cron()
            self.pass_window()

    def shift_clock(self) -> None:
        """Have the shared clock go with the engine's, unless its server is away."""
        if not self.store_away:
            self.places.database.owner.shift_clock(timedelta(seconds=self.clock.monotonic()))

    def store_is_back(self) -> None:
        """The database answers again: the clock of the law starts now."""
        self.store_away = False
        self.places.database.owner.connect_again()
        self.shift_clock()
        self.back_at = self.now()

    def now(self) -> datetime:
        """The shared clock."""
        now: datetime = self.places.database.owner.value("SELECT everytick_now()")
        return now

    def verdict(self) -> Verdict:
        """What came of everything."""
        found = judge(self.places.database, self.places.outbox, since=self.back_at)
        return found.beside(Verdict(doubled=self.relay.doubled))


@contextmanager
def staged(
    places: Places,
    *,
    settings: Mapping[str, str] | None = None,
    without: tuple[str, ...] = (),
    patience_s: float = PATIENCE_S,
) -> Iterator[Stage]:
    """A stage on emptied stores, with changes to its settings and without some protections."""
    database = places.database
    database.reset()
    database.owner.run("UPDATE environment_stamp SET kind = 'production'")
    places.outbox.reset()
    with Redis.from_url(places.redis_url) as cache:
        empty(cache)
    clock = EngineClock.at_wall_time()
    into = clock.now().timestamp() % WINDOW_S
    relay = CountingRelay(clock)
    with ExitStack() as held:
        api = held.enter_context(EventApi(relay))
        host, _, port = api.url.removeprefix("http://").partition(":")
        ways = [
            held.enter_context(proxy(upstream))
            for upstream in (database.upstream, _redis_place(places.redis_url), (host, int(port)))
        ]
        stage = Stage(
            places=places,
            environ=_environ(places, *ways, settings=settings or {}),
            without=without,
            patience_s=patience_s,
            clock=clock,
            relay=relay,
            postgres=ways[0],
            redis=ways[1],
            events=ways[2],
        )
        deployed = cast("FlaskClient", Deployed(stage.instance_for, clock))
        stage.engine = relay.engine = Engine(
            lambda: deployed, clock=clock, signing_key=SIGNING_KEY, chance=random.Random(7)
        )
        held.callback(places.instances.end_all)
        clock.on_advance(lambda _: stage.shift_clock())
        clock.advance(WINDOW_S - into + 1)
        if stage.environ["BACKGROUND_JOBS_USE_INNGEST"] == "true":
            stage.engine.register()
        yield stage


def _redis_place(url: str) -> Address:
    """Where the server at `url` listens."""
    facts = ConnectionPool.from_url(url).connection_kwargs
    return facts.get("path") or (facts.get("host", "127.0.0.1"), facts.get("port", 6379))


def _environ(
    places: Places, postgres: Proxy, redis: Proxy, events: Proxy, *, settings: Mapping[str, str]
) -> dict[str, str]:
    number = ConnectionPool.from_url(places.redis_url).connection_kwargs.get("db", 0)
    return {
        **PRODUCTION,
        **ONE_WORKER,
        "DATABASE_URL": places.database.app_url(postgres.port),
        "REDIS_URL": f"redis://127.0.0.1:{redis.port}/{number}",
        "INNGEST_SELF_HOSTED": "true",
        "INNGEST_BASE_URL": f"http://127.0.0.1:{events.port}",
        "SMTP_URL": f"smtp://127.0.0.1:{places.outbox.port}",
        "CRON_SECRET": CRON_SECRET,
        **settings,
    }
