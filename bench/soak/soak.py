"""One soak: everything started, left to itself for a while, brought to rest, counted, and gone."""

import os
import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.soak.audit import install_audit, restricted_role
from bench.soak.fleet import Fleet
from bench.soak.load import Load
from bench.soak.reckoning import Reckoning, is_at_rest, reckon
from bench.soak.terms import BOUND, SPEED, instance_environment
from bench.soak.ticks import Cron
from bench.soak.trouble import Trouble
from tests.conftest import Database
from tests.redis_claim import claimed_database
from tests.scratch_database import scratch_database

INSTANCES: Final = 5
REST_SECONDS: Final = 30 + BOUND.total_seconds() / SPEED
"""Within which everything has come to rest once the trouble is over: the bound, and a job's next try."""
WATCH_SECONDS: Final = 0.2


class Broken(Exception):
    """The soak itself went wrong: what it says has to be mended before anything can be measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Soaked:
    """A soak that has come to its end."""

    seconds: float
    seed: int
    reckoning: Reckoning
    kills: int
    freezes: int
    engine_kills: int
    forbidden: list[str]
    """What the app answered the engine against the protocol."""
    redis: bool


def soak(server: str, *, seconds: float, seed: int, logs: Path | None = None) -> Soaked:
    """Soak for `seconds` on a database of its own, then rest for REST_SECONDS at most. Raises Broken."""
    chance = random.Random(seed)
    redis = os.environ.get("TEST_REDIS_URL")
    with (
        scratch_database(server) as url,
        _owner(url) as database,
        restricted_role(url) as restricted_url,
        claimed_database(redis) if redis else nullcontext() as redis_url,
        Load(url, random.Random(chance.random())) as load,
        Fleet(size=INSTANCES, chance=chance, logs=logs) as fleet,
    ):
        fleet.start(
            instance_environment(
                database_url=restricted_url,
                redis_url=redis_url,
                engine_url=f"http://127.0.0.1:{fleet.api_port}",
            )
        )
        trouble = Trouble(url, fleet, chance)
        cron = Cron(url, fleet.port, random.Random(chance.random()))
        began = time.monotonic()
        with _under_way(cron.run) as ticking:
            with _under_way(load.run, trouble.kill_and_freeze, trouble.vex_the_engine) as others:
                _watch(fleet, [*ticking, *others], until=began + seconds)
            cron.steady = True
            _come_to_rest(fleet, database, cron, ticking)
        _come_to_rest(fleet, database, cron, [])  # the tick that came while the cron was told to end
        fleet.listen()
        return Soaked(
            seconds=seconds,
            seed=seed,
            reckoning=reckon(database, cron.ticks, trouble.interruptions),
            kills=trouble.kills,
            freezes=trouble.freezes,
            engine_kills=trouble.engine_kills,
            forbidden=fleet.forbidden,
            redis=redis_url is not None,
        )


@contextmanager
def _owner(url: str) -> Iterator[Database]:
    database = Database(url)
    try:
        install_audit(database)
        yield database
    finally:
        database.close()


@contextmanager
def _under_way(*works: Callable[[threading.Event], None]) -> Iterator[list[Future[None]]]:
    """Each of `works` in a thread of its own while the body runs; then they are told to end, and do."""
    over = threading.Event()
    with ThreadPoolExecutor(max_workers=len(works)) as pool:
        futures = [pool.submit(work, over) for work in works]
        try:
            yield futures
        finally:
            over.set()
    for future in futures:
        future.result()


def _watch(fleet: Fleet, works: Sequence[Future[None]], *, until: float) -> None:
    """Wait until then. Raises Broken when a process ended that nobody killed, and what ended a work."""
    while time.monotonic() < until:
        for work in works:
            if work.done():
                work.result()
        if dead := fleet.dead():
            raise Broken("; ".join(dead))
        time.sleep(WATCH_SECONDS)


def _come_to_rest(fleet: Fleet, database: Database, cron: Cron, works: Sequence[Future[None]]) -> None:
    """Go on ticking until nothing is left to do; what is left after REST_SECONDS is left."""
    until = time.monotonic() + REST_SECONDS
    while time.monotonic() < until and not is_at_rest(database, cron.ticks):
        _watch(fleet, works, until=time.monotonic() + WATCH_SECONDS)
