"""Processes that die or freeze at a chosen transaction, and stay so: what a kill -9 and a SIGSTOP leave."""

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import cast

from app import create_app
from dev.engine.faults import AppDied
from lib.clock import Clock
from lib.composition import Composition
from lib.errors import EnvironmentRefused, StoreUnavailable
from lib.store.store import Connection, Store

THAW_SECONDS = 60.0
"""What a thawed call has to end: a deadline for a broken test, no timing."""


class Ill(StrEnum):
    """What becomes of a process at the transaction."""

    FAILS = "fails"
    """The database is away for this one transaction; the process goes on."""
    DIES = "dies"
    """No further line of it runs: what follows in `finally` reaches nothing either."""
    FREEZES = "freezes"
    """It goes on when it is thawed, however much later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What happens to a process at one of its transactions."""

    ill: Ill
    transaction: int
    """Which one, counted from 1 since the fate was set."""
    committed: bool
    """Whether the transaction has its effect."""


class MortalStore:
    """One process's view of the store: passes transactions on while the process lives."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._fate: Fate | None = None
        self._count = 0
        self._dead = False
        self._running = threading.Event()
        """Cleared while the process is frozen."""
        self._running.set()
        self.struck = False
        """Whether the fate came."""
        self.over = threading.Event()
        """Set when the fate came, or when the call ended without it."""

    def await_fate(self, fate: Fate | None) -> None:
        """Let `fate` come from now on, or none."""
        with self._lock:
            self._fate, self._count, self.struck = fate, 0, False
            self.over.clear()

    def thaw(self) -> None:
        """Go on."""
        self._running.set()

    @contextmanager
    def transaction(
        self, *, statement_timeout_ms: int | None = None, checkout_timeout_ms: int | None = None
    ) -> Iterator[Connection]:
        fate = self._next()
        if fate is not None and not fate.committed:
            self._suffer(fate)
        self._breathe()
        with self._store.transaction(
            statement_timeout_ms=statement_timeout_ms, checkout_timeout_ms=checkout_timeout_ms
        ) as connection:
            yield connection
        if fate is not None and fate.committed:
            self._suffer(fate)
        self._breathe()

    @property
    def refusal(self) -> EnvironmentRefused | None:
        return self._store.refusal

    def close(self) -> None:
        self._store.close()

    def _next(self) -> Fate | None:
        with self._lock:
            self._count += 1
            if self._fate is None or self._fate.transaction != self._count:
                return None
            fate, self._fate = self._fate, None
            return fate

    def _suffer(self, fate: Fate) -> None:
        self.struck = True
        self._dead = fate.ill is Ill.DIES
        if fate.ill is Ill.FREEZES:
            self._running.clear()
        self.over.set()
        if fate.ill is Ill.FAILS:
            raise StoreUnavailable

    def _breathe(self) -> None:
        """Wait while frozen; raise where dead."""
        if not self._running.wait(THAW_SECONDS):
            raise AssertionError("nobody thawed this process")
        if self._dead:
            raise AppDied


@dataclass(frozen=True, slots=True, kw_only=True)
class SkewedClock:
    """A process's own clock, some seconds off."""

    right: Clock
    ahead: timedelta

    def now(self) -> datetime:
        """The instant, as this process has it."""
        return self.right.now() + self.ahead

    def monotonic(self) -> float:
        """Seconds that only tell durations."""
        return self.right.monotonic()


class Instance:
    """A place where a process of the app runs: when one dies or freezes, the next takes its place."""

    def __init__(self, name: str, composition: Composition) -> None:
        self.name = name
        self._composition = composition
        self._chance = random.Random(name)
        self.start()

    def start(self) -> None:
        """Put a new process in the place of the old one, which goes on without us if it can."""
        services = self._composition.services
        assert services is not None
        self.store = MortalStore(services.store)
        self.services = replace(
            services,
            store=cast("Store", self.store),
            instance=f"{self.name}:{self._chance.getrandbits(32):08x}",
        )
        self.app = create_app(replace(self._composition, services=self.services))

    def close(self) -> None:
        """Give the database's connections back."""
        assert self._composition.services is not None
        self._composition.services.store.close()


@dataclass(slots=True, kw_only=True)
class Call:
    """A call to a process, and what became of it."""

    store: MortalStore
    thread: threading.Thread | None = None
    """Where it goes on, should it freeze."""
    struck: bool = False
    """Whether its fate came."""
    error: BaseException | None = None
    """What it raised that is no death."""

    @property
    def frozen(self) -> bool:
        """Whether it stands still somewhere in its middle."""
        return self.thread is not None and self.thread.is_alive()

    def thaw(self) -> None:
        """Let it go on to its end."""
        assert self.thread is not None
        self.store.thaw()
        self.thread.join(THAW_SECONDS)
        assert not self.frozen, "a thawed call never ended"
        self.raise_error()

    def raise_error(self) -> None:
        """Raise what it raised."""
        if self.error is not None:
            raise self.error


def call_under(instance: Instance, fate: Fate | None, serve: Callable[[], object]) -> Call:
    """Let the process in `instance` serve a call under `fate`; one that died or froze is replaced."""
    call = Call(store=instance.store)

    def attempt() -> None:
        try:
            serve()
        except AppDied:
            pass
        except BaseException as error:  # noqa: BLE001 - raised again below, or when the call is thawed
            call.error = error
        finally:
            call.store.over.set()

    call.store.await_fate(fate)
    if fate is not None and fate.ill is Ill.FREEZES:
        call.thread = threading.Thread(target=attempt, name="frozen call", daemon=True)
        call.thread.start()
        call.store.over.wait(THAW_SECONDS)
    else:
        attempt()
    call.struck = call.store.struck
    if call.thread is not None and not call.struck:
        call.thread.join(THAW_SECONDS)
    if fate is not None and call.struck and fate.ill is not Ill.FAILS:
        instance.start()
    call.store.await_fate(None)
    call.raise_error()
    return call
