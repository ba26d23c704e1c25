"""The engine in a process of its own: the tests' executor, in real time and over HTTP, with faults.

It drops events, takes them up late, loses requests and answers and makes requests twice. Killed, it forgets
what it had accepted: that is then accepted and never executed.
"""

import http.client
import random
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from bench.soak.instance import leave_with_parent
from bench.soak.terms import SPEED, WINDOW_REAL_SECONDS
from dev.engine.clock import EngineClock
from dev.engine.engine import Engine
from dev.engine.errors import RegistrationRefused
from dev.engine.event_api import EventApi
from dev.engine.faults import AppDied, DeliverConcurrently, DeliverTwice, LoseAnswer, LoseRequest
from dev.engine.retries import RetryDelays
from lib.work.responsibilities import MAINTENANCE, PROCESS
from tests.durable import PREFIX, SIGNING_KEY

if TYPE_CHECKING:
    from flask.testing import FlaskClient

WORKERS: Final = 4
REQUEST_SECONDS: Final = 15.0
REGISTER_SECONDS: Final = 20.0
DROPPED: Final = 0.03
"""Of all sends: accepted and forgotten."""
HALF_DROPPED: Final = 0.02
LATE: Final = 0.08
"""Of all sends: taken up some windows later."""
LATEST_WINDOWS: Final = 6.0
HURT: Final = 0.15
"""Of all sends: something goes wrong with a request."""
FAULTS: Final = (LoseAnswer, LoseRequest, DeliverTwice, DeliverConcurrently)
STALE: Final = 0.03
"""Of all sends: an old request is made once more."""
IDLE_SECONDS: Final = 0.02


class Order(StrEnum):
    """What the engine is told."""

    HOLD = "hold"
    """Accept every event and call nobody."""
    HOLD_PROCESS = "hold_process"
    """The same for one function, as if it had never been registered."""
    HOLD_MAINTENANCE = "hold_maintenance"
    RELEASE = "release"
    HEAL = "heal"
    """Make no faults any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineBirth:
    """What the engine is born with."""

    app_port: int
    api_port: int
    seed: int
    orders: Connection
    log: Path


class WallClock(EngineClock):
    """The machine's clock."""

    def __init__(self) -> None:
        super().__init__(datetime.now(UTC))

    def now(self) -> datetime:
        """The instant."""
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteAnswer:
    """What the executor reads of an answer."""

    status_code: int
    headers: Mapping[str, str]
    body: bytes

    def get_data(self) -> bytes:
        """The body."""
        return self.body


class RemoteClient:
    """Asks the app over loopback, as Flask's test client asks it in the process."""

    def __init__(self, port: int) -> None:
        self._port = port

    def open(
        self, path: str, *, method: str, query_string: str, headers: dict[str, str], data: bytes
    ) -> RemoteAnswer:
        """One request. Raises AppDied when no answer comes."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=REQUEST_SECONDS)
        try:
            connection.request(method, f"{path}?{query_string}" if query_string else path, data, headers)
            response = connection.getresponse()
            held = {name.lower(): value for name, value in response.getheaders()}
            return RemoteAnswer(status_code=response.status, headers=_sooner(held), body=response.read())
        except (OSError, http.client.HTTPException):
            raise AppDied from None
        finally:
            connection.close()


class Forgetful:
    """Takes events for an engine, and does not do right by all of them."""

    def __init__(self, engine: Engine, chance: random.Random) -> None:
        self._engine = engine
        self._chance = chance
        self._lock = threading.Lock()
        self.healed = False

    def send(self, events: Sequence[Any], *, seed: str | None = None) -> list[str]:
        """Accept them all."""
        with self._lock:
            drawn, chance = self._chance.random(), self._chance
            if self.healed:
                return self._engine.send(events, seed=seed)
            self._hurt()
            if drawn < DROPPED:
                return [f"dropped-{n}" for n in range(len(events))]
            if drawn < DROPPED + HALF_DROPPED:
                kept = chance.randrange(len(events))
                self._engine.send([events[kept]])
                return [f"half-{n}" for n in range(len(events))]
            if drawn < DROPPED + HALF_DROPPED + LATE:
                windows = chance.uniform(0.5, LATEST_WINDOWS)
                late = threading.Timer(windows * WINDOW_REAL_SECONDS, self._engine.send, (events,))
                late.daemon = True
                late.start()
                return [f"late-{n}" for n in range(len(events))]
            return self._engine.send(events, seed=seed)

    def _hurt(self) -> None:
        if self._chance.random() < HURT:
            self._engine.faults.add(self._chance.choice(FAULTS)())
        if self._chance.random() < STALE and (done := self._engine.exchanges[-50:]):
            old = self._chance.choice(done)
            threading.Thread(target=self._engine.redeliver, args=(old,), daemon=True).start()


def run_engine(birth: EngineBirth) -> None:
    """Be the engine until the process is killed, or nobody gives orders any more."""
    leave_with_parent(birth.log)
    chance = random.Random(birth.seed)
    engine = Engine(
        cast("Callable[[], FlaskClient]", lambda: RemoteClient(birth.app_port)),
        clock=WallClock(),
        signing_key=SIGNING_KEY,
        chance=chance,
        delays=RetryDelays(seconds=(15 / SPEED, 30 / SPEED, 60 / SPEED, 120 / SPEED), jitter_seconds=0.5),
    )
    _register(engine)
    taker = Forgetful(engine, chance)
    over = threading.Event()
    workers = [
        threading.Thread(target=_work, args=(engine, over, birth.orders), daemon=True) for _ in range(WORKERS)
    ]
    with EventApi(taker, port=birth.api_port):
        for worker in workers:
            worker.start()
        with suppress(EOFError):
            while True:
                _obey(birth.orders.recv(), engine, taker)
        over.set()


def _register(engine: Engine) -> None:
    """Ask for the functions until somebody who lives answers."""
    until = time.monotonic() + REGISTER_SECONDS
    while True:
        try:
            engine.register()
        except (AppDied, RegistrationRefused):
            if time.monotonic() > until:
                raise
            time.sleep(IDLE_SECONDS)
        else:
            return


def _obey(order: Order, engine: Engine, taker: Forgetful) -> None:
    match order:
        case Order.HOLD:
            engine.hold()
        case Order.HOLD_PROCESS:
            engine.hold(f"{PREFIX}{PROCESS.job_name}")
        case Order.HOLD_MAINTENANCE:
            engine.hold(f"{PREFIX}{MAINTENANCE.job_name}")
        case Order.RELEASE:
            engine.release()
        case Order.HEAL:
            taker.healed = True
            engine.faults.clear()
            engine.release()


def _work(engine: Engine, over: threading.Event, told: Connection) -> None:
    """Make requests; an answer that the protocol forbids is told, once for each."""
    while not over.is_set():
        try:
            made = engine.deliver_next()
        except Exception as error:  # noqa: BLE001 - told to whoever judges the soak
            told.send(f"{type(error).__name__}: {error}")
            continue
        if made is None:
            over.wait(IDLE_SECONDS)


def _sooner(headers: dict[str, str]) -> dict[str, str]:
    """The answer's headers, with a Retry-After in the soak's faster time."""
    header = headers.get("retry-after")
    if header is None:
        return headers
    try:
        asked = datetime.fromisoformat(header)
    except ValueError:
        return headers
    now = datetime.now(UTC)
    return {**headers, "retry-after": (now + (asked - now) / SPEED).isoformat()}
