"""What befalls the deployment: instances killed and frozen, an engine that dies or goes deaf, a rollback."""

import random
import socket
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final

import psycopg

from bench.soak.engine_process import Order
from bench.soak.fleet import Fleet, Member
from bench.soak.terms import LEASE_REAL_SECONDS

KILL_EVERY_SECONDS: Final = 2.2
"""On average, freezing included."""
LONGEST_PEACE_SECONDS: Final = 3.0
FREEZE_SHARE: Final = 0.2
WAKING_SHARE: Final = 0.8
"""Of the frozen; the others are killed in their sleep."""
AIMED_SHARE: Final = 0.5
"""Of all kills: somebody who holds something at this moment, when there is one."""
LEFT_ALONE: Final = 2
"""So many instances are neither dead nor frozen."""
CALM_SECONDS: Final = (8.0, 25.0)
ENGINE_AWAY_SECONDS: Final = (1.0, 10.0)
ENGINE_DEAF_SECONDS: Final = (3.0, 25.0)
"""At the longest about twice the bound of a tick: without a watchdog ticks would be missed."""
ROLLED_BACK_SECONDS: Final = (2.0, 5.0)

DEAF: Final = (Order.HOLD, Order.HOLD, Order.HOLD_PROCESS, Order.HOLD_MAINTENANCE)
HOLDERS: Final = """
SELECT leased_by FROM jobs WHERE status = 'running'
UNION SELECT holder FROM leases WHERE holder IS NOT NULL
UNION SELECT holder FROM dispatches WHERE holder IS NOT NULL
"""
HELD: Final = """
SELECT everytick_now(), coalesce(array_agg(id), '{}') FROM jobs
WHERE status = 'running' AND starts_with(leased_by, %s)
"""
ROLL_BACK: Final = """
INSERT INTO controls (name, value, actor, reason) VALUES ('dispatch.mode', %s, 'soak', 'rehearsal')
ON CONFLICT (name) DO UPDATE SET value = excluded.value, changed_at = everytick_now()
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interruption:
    """An instance that was killed or frozen over its work."""

    at: datetime
    """By the shared clock."""
    job_ids: tuple[int, ...]
    """The jobs that it held."""


class Trouble:
    """Makes trouble until told to end, and then leaves everybody well."""

    def __init__(self, url: str, fleet: Fleet, chance: random.Random) -> None:
        self._url = url
        self._fleet = fleet
        self._chance = chance
        self.kills = 0
        self.freezes = 0
        self.engine_kills = 0
        self.interruptions: Final[list[Interruption]] = []

    def kill_and_freeze(self, over: threading.Event) -> None:
        """Kill or freeze an instance now and then."""
        chance = random.Random(self._chance.getrandbits(64))
        asleep: list[Future[None]] = []
        with psycopg.connect(self._url, autocommit=True) as database, ThreadPoolExecutor() as pool:
            while not over.wait(min(chance.expovariate(1 / KILL_EVERY_SECONDS), LONGEST_PEACE_SECONDS)):
                victim = self._victim(database, chance)
                if victim is None:
                    continue
                if chance.random() < FREEZE_SHARE:
                    self._fleet.freeze(victim)
                    self.freezes += 1
                    self._interrupted(database, victim)
                    asleep.append(pool.submit(self._wake, victim, random.Random(chance.random()), over))
                else:
                    self._fleet.kill(victim, once_gone=partial(self._interrupted, database))
                    self.kills += 1
        for one in asleep:
            one.result()

    def vex_the_engine(self, over: threading.Event) -> None:
        """Kill the engine, have it accept and call nobody, and roll back to inline, one after the other."""
        chance = random.Random(self._chance.getrandbits(64))
        with psycopg.connect(self._url, autocommit=True) as database:
            while not over.wait(chance.uniform(*CALM_SECONDS)):
                match chance.randrange(3):
                    case 0:
                        self._fleet.kill_engine()
                        self.engine_kills += 1
                        over.wait(chance.uniform(*ENGINE_AWAY_SECONDS))
                        self._fleet.start_engine()
                    case 1:
                        self._fleet.order(chance.choice(DEAF))
                        over.wait(chance.uniform(*ENGINE_DEAF_SECONDS))
                        self._fleet.order(Order.RELEASE)
                    case _:
                        database.execute(ROLL_BACK, ('"inline"',))
                        over.wait(chance.uniform(*ROLLED_BACK_SECONDS))
                        database.execute(ROLL_BACK, ('"auto"',))
                self._fleet.listen()
        self._fleet.order(Order.HEAL)

    def _victim(self, database: "psycopg.Connection[Any]", chance: random.Random) -> Member | None:
        members = self._fleet.members()
        if len(members) <= LEFT_ALONE:
            return None
        if chance.random() < AIMED_SHARE:
            holders = [row[0] for row in database.execute(HOLDERS).fetchall()]
            at_work = [m for m in members if any(one.startswith(_name(m)) for one in holders)]
            members = at_work or members
        return chance.choice(members)

    def _wake(self, victim: Member, chance: random.Random, over: threading.Event) -> None:
        """Past its leases, beside whatever else happens, let a frozen instance go on, or kill it as it is."""
        over.wait(LEASE_REAL_SECONDS * chance.uniform(1.2, 2.5))
        if chance.random() < WAKING_SHARE:
            self._fleet.thaw(victim)
        else:
            self._fleet.kill(victim)
            self.kills += 1

    def _interrupted(self, database: "psycopg.Connection[Any]", victim: Member) -> None:
        row = database.execute(HELD, (_name(victim),)).fetchone()
        if row is not None and row[1]:
            self.interruptions.append(Interruption(at=row[0], job_ids=tuple(row[1])))


def _name(member: Member) -> str:
    """How the instance calls itself in what it holds, but for the random part."""
    return f"{socket.gethostname()}:{member.pid}:"
