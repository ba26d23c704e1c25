"""Faults of Redis: gone, silent, slow, read-only, full, flushed; nothing but quick reading depends on it."""

from collections.abc import Callable
from typing import Any, Final, cast

import redis

from tests.faults.proxy import Mode
from tests.faults.row import Control, Play, Row, once
from tests.faults.stage import Stage
from tests.own_stores import pause, resume

SOON: Final = {"REDIS_TIMEOUT_MS": "100"}
INNGEST: Final = frozenset({"inngest"})
HARMLESS: Final = ("cache that fails nothing",)


def _troubled(mode: Mode, *, seconds: float = 0.0) -> Play:
    """The way to Redis in this trouble for some windows."""

    def play(stage: Stage) -> None:
        stage.window()
        stage.redis.set(mode, seconds=seconds)
        stage.faulty_windows(stage.span, through=stage.redis)
        stage.redis.set(Mode.PASS)
        stage.window()

    return play


def _own(stage: Stage) -> "redis.Redis":
    assert stage.places.stores is not None
    return redis.Redis.from_url(stage.places.stores.redis.url, decode_responses=True)


def _refusing(refuses: Callable[["redis.Redis"], object]) -> Play:
    """A Redis that answers each write with an error for some windows."""

    def play(stage: Stage) -> None:
        with _own(stage) as client:
            stage.window()
            try:
                refuses(client)
                stage.faulty = True
                for _ in range(stage.span):
                    before = _errors(client)
                    stage.use(None)
                    stage.window()
                    stage.injections += _errors(client) > before
            finally:
                client.replicaof("NO", "ONE")
                client.config_set("maxmemory", 0)

    return play


def _errors(client: "redis.Redis") -> int:
    """How many commands it has refused; that a script is new to it is none."""
    told: dict[str, dict[str, int]] = cast("Any", client.info("errorstats"))
    return sum(one["count"] for code, one in told.items() if code != "errorstat_NOSCRIPT")


def _full(client: "redis.Redis") -> None:
    client.config_set("maxmemory-policy", "noeviction")
    client.config_set("maxmemory", 1)


def _flushed(stage: Stage) -> None:
    """Everything in it is forgotten, scripts too, again and again."""
    stage.faulty = True
    with _own(stage) as client:
        for _ in range(stage.span):
            stage.window()
            stage.injections += client.dbsize() > 0
            client.flushall()
            client.script_flush()


def _killed(stage: Stage) -> None:
    """It ends by -9, is away for some windows, and comes back empty."""
    stores = stage.places.stores
    assert stores is not None
    stage.window()
    stores.crash_redis()
    stage.faulty = True
    for _ in range(stage.span):
        stage.use(None)
        stage.window()
        stage.injections += 1
    stores.start_redis()
    stage.window()


def _paused(stage: Stage) -> None:
    """It is stopped with SIGSTOP for some windows, then goes on."""
    stores = stage.places.stores
    assert stores is not None
    pause(stores.redis.part)
    stage.faulty = True
    for _ in range(stage.span):
        stage.use(None)
        stage.window()
        stage.injections += 1
    resume(stores.redis.part)
    stage.window()


READ_ONLY: Final = _refusing(lambda client: client.replicaof("127.0.0.1", 1))

ROWS: Final = (
    Row(
        fault="Redis is gone",
        plays=once(_troubled(Mode.REFUSE)),
        modes=INNGEST,
        controls=(Control(without=HARMLESS),),
        settings=SOON,
    ),
    Row(
        fault="Redis hangs, drips or is slow",
        plays=lambda _: (
            _troubled(Mode.HANG),
            _troubled(Mode.DRIP),
            _troubled(Mode.DELAY, seconds=0.3),
        ),
        modes=INNGEST,
        controls=(Control(without=HARMLESS, plays=(_troubled(Mode.HANG),)),),
        settings=SOON,
    ),
    Row(
        fault="Redis is read-only, or full",
        plays=lambda _: (READ_ONLY, _refusing(_full)),
        modes=INNGEST,
        controls=(Control(without=HARMLESS, plays=(READ_ONLY,)),),
        own_stores=True,
    ),
    Row(
        fault="Redis is killed with -9, paused, or flushed",
        plays=lambda _: (_killed, _paused, _flushed),
        modes=INNGEST,
        controls=(Control(without=HARMLESS, plays=(_killed,)),),
        settings=SOON,
        own_stores=True,
    ),
)
