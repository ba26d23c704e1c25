"""Faults of PostgreSQL: restarts, stopped, paused, no connection to be had, a lost route to it."""

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from typing import Final

import psycopg

from tests.faults.points import Act, At
from tests.faults.process_rows import INLINE
from tests.faults.proxy import Mode
from tests.faults.row import Control, Play, Row, once
from tests.faults.stage import Stage
from tests.own_stores import OwnStores, pause, resume

IMPATIENT: Final = {"DATABASE_CONNECT_TIMEOUT_MS": "1000", "DATABASE_STATEMENT_TIMEOUT_MS": "1000"}
"""Waits that the tests have the time for."""
RECONNECTS: Final = 10
"""Calls within which a pool has a connection again; in a real window there is time for many."""
HOLDING: Final = At(point="after the commit of drain.supply #1", act=Act.FREEZE)
"""A drain has leased jobs and begun none."""
BACKENDS: Final = "SELECT pid FROM pg_stat_activity WHERE usename = %s"
END_BACKENDS: Final = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s"


def _own(stage: Stage) -> OwnStores:
    assert stage.places.stores is not None
    return stage.places.stores


def _in_a_drain(befalls: Callable[[Stage], None], ends: Callable[[Stage], None], *, ticks: int = 0) -> Play:
    """A tick holds jobs when the fault befalls; it goes on, others come meanwhile, then the fault ends."""

    def play(stage: Stage) -> None:
        stage.seed()
        first = stage.start(at=HOLDING)
        stage.faulty = True
        stage.cron(first)
        assert first.frozen
        befalls(stage)
        stage.injections += 1
        stage.wake(first)
        for _ in range(ticks):
            stage.engine.advance(60)
            stage.cron()
        ends(stage)
        stage.faulty = False
        stage.pass_window()

    return play


def _restart(stage: Stage) -> None:
    """End it at once, and start it anew."""
    _own(stage).crash_postgres()
    _own(stage).start_postgres()
    stage.store_is_back()


def _kill_backend(stage: Stage) -> None:
    """Kill a session's process with -9, for which the server ends all of them and recovers."""
    owner, role = stage.places.database.owner, stage.places.database.role
    os.kill(owner.rows(BACKENDS, role)[0][0], signal.SIGKILL)
    with suppress(psycopg.OperationalError):  # ours ends with the others
        owner.value("SELECT count(pg_sleep(20))")
    stage.store_is_back()


def _stop(stage: Stage) -> None:
    stage.store_away = True
    _own(stage).crash_postgres()


def _start(stage: Stage) -> None:
    _own(stage).start_postgres()
    stage.store_is_back()


def _pause(stage: Stage) -> None:
    stage.store_away = True
    pause(_own(stage).postgres.part)


def _resume(stage: Stage) -> None:
    resume(_own(stage).postgres.part)
    stage.store_is_back()


def _exhaust(stage: Stage) -> None:
    """Let the app have no connection any more, and end those that it has."""
    database = stage.places.database
    database.owner.run(f"ALTER ROLE {database.role} CONNECTION LIMIT 0")
    database.owner.rows(END_BACKENDS, database.role)


def _relent(stage: Stage) -> None:
    database = stage.places.database
    database.owner.run(f"ALTER ROLE {database.role} CONNECTION LIMIT -1")
    stage.back_at = stage.now()


def _nothing(_: Stage) -> None:
    pass


def _route_lost(stage: Stage) -> None:
    """The one connection of an instance falls silent for ever; new ones are as good as before."""
    stage.keeps_silent = True
    stage.window()
    stage.postgres.set(Mode.HANG)
    stage.seed()
    stage.faulty = True
    before = stage.postgres.fired
    stage.cron()
    stage.faulty = False
    stage.injections += stage.postgres.fired > before
    stage.postgres.set(Mode.PASS)
    stage.back_at = stage.now()
    for _ in range(RECONNECTS):
        if stage.cron().get("code") != "store_unavailable":
            break
    stage.pass_window()


def _stopped_under_handover(stage: Stage) -> None:
    """Ticks hand over without a ledger, and what Inngest calls cannot work, until the server is back."""
    stage.seed()
    _stop(stage)
    stage.faulty = True
    stage.cron()
    stage.injections += 1
    stage.pass_window()
    _start(stage)
    stage.pass_window()


LEASES: Final = (Control(without=("end of a job's lease",)),)

ROWS: Final = (
    Row(
        fault="PostgreSQL restarts",
        plays=lambda _: (_in_a_drain(_restart, _nothing), _in_a_drain(_kill_backend, _nothing)),
        modes=frozenset({"inline"}),
        controls=(
            Control(
                without=(
                    "check of a pooled connection",
                    "second try of a transaction",
                    "end of a job's lease",
                ),
                plays=(_in_a_drain(_restart, _nothing),),
            ),
        ),
        settings=INLINE,
        own_stores=True,
    ),
    Row(
        fault="PostgreSQL is stopped for a while, ticks work inline",
        plays=once(_in_a_drain(_stop, _start, ticks=2)),
        modes=frozenset({"store_unavailable", "work_failed"}),
        controls=LEASES,
        settings={**INLINE, **IMPATIENT},
        own_stores=True,
    ),
    Row(
        fault="PostgreSQL is stopped for a while, ticks hand over",
        plays=once(_stopped_under_handover),
        modes=frozenset({"inngest"}),
        controls=(Control(without=("work of earlier ticks",)),),
        settings=IMPATIENT,
        own_stores=True,
    ),
    Row(
        fault="PostgreSQL is paused",
        plays=once(_in_a_drain(_pause, _resume)),
        modes=frozenset({"work_failed"}),
        controls=LEASES,
        settings={**INLINE, **IMPATIENT},
        own_stores=True,
    ),
    Row(
        fault="PostgreSQL has no connection left",
        plays=once(_in_a_drain(_exhaust, _relent, ticks=2)),
        modes=frozenset({"store_unavailable", "work_failed"}),
        controls=LEASES,
        settings={**INLINE, **IMPATIENT},
    ),
    Row(
        fault="the route to PostgreSQL is lost",
        plays=once(_route_lost),
        modes=frozenset({"store_unavailable"}),
        controls=(Control(without=("bounded wait for PostgreSQL",), patience_s=1.0),),
        settings={**INLINE, **IMPATIENT, "DATABASE_POOL_MAX": "1"},
    ),
)
