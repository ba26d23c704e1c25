"""The cron: a call for each window over HTTP, some late, doubled, given up or lost; each has two witnesses.

The witnesses of a tick are planted just before its call: a due job and an expired memory entry. Both are
gone when both responsibilities have done what was due at the tick, whoever did it: that is what covered
means, told by the work itself and not by the app's own records. They have a workspace of their own, since
the queue goes from one workspace to the next: a backlog of others is no dead zone.
"""

import http.client
import json
import queue
import random
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import psycopg

from bench.soak.terms import WINDOW_REAL_SECONDS
from tests.conftest import CRON_SECRET

CALL_SECONDS: Final = 20.0
"""The longest that the cron waits for an answer."""
GIVEN_UP_SECONDS: Final = 0.05
"""When an impatient cron hangs up."""
CALLERS: Final = 16
LOST, GIVEN_UP, DOUBLED, LATE = 0.03, 0.03, 0.06, 0.08
"""Shares of all windows."""

PLANT: Final = """
WITH job AS (
    INSERT INTO jobs (workspace_id, kind, status)
    VALUES (%s, 'soak.effect', 'pending') RETURNING id
), entry AS (
    INSERT INTO workspace_memory_entries (workspace_id, category, content, source, status, expires_at)
    VALUES (%s, 'note', gen_random_uuid()::text, 'INFERENCE', 'APPROVED',
        everytick_now() - interval '1 h')
    RETURNING id
)
SELECT everytick_now(), job.id, entry.id FROM job, entry
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """One call of the cron."""

    at: datetime
    """By the shared clock, just before it went out."""
    job_id: int
    entry_id: UUID
    mode: str | None
    """Of the answer; None when there was none, or one without a mode."""


def witness_workspace(connection: "psycopg.Connection[Any]") -> UUID:
    """A workspace for witnesses alone: whatever waits in others, theirs is among the first that are done."""
    made: UUID
    ((made,),) = connection.execute(
        "INSERT INTO workspaces (name) VALUES ('witnesses') RETURNING id"
    ).fetchall()
    return made


class Cron:
    """Calls until told to end; `ticks` grows meanwhile."""

    def __init__(self, url: str, port: int, chance: random.Random) -> None:
        self._url = url
        self._port = port
        with psycopg.connect(url, autocommit=True) as connection:
            self._workspace_id: UUID = witness_workspace(connection)
        self._chance = chance
        self._planters: queue.SimpleQueue[psycopg.Connection[Any]] = queue.SimpleQueue()
        self.ticks: Final[list[Tick]] = []
        self.steady = False
        """Whether each window gets one tick in time, from now on."""

    def run(self, over: threading.Event) -> None:
        """Call once a window until `over`, then wait for the answers."""
        with ThreadPoolExecutor(max_workers=CALLERS, thread_name_prefix="soak-cron") as pool:
            calls = []
            next_at = time.monotonic()
            while not over.wait(max(0.0, next_at - time.monotonic())):
                next_at = max(next_at + WINDOW_REAL_SECONDS, time.monotonic())
                calls += [pool.submit(self._call, *one) for one in self._planned()]
            for call in calls:
                call.result()
        while not self._planters.empty():
            self._planters.get().close()

    def _planned(self) -> Sequence[tuple[float, float]]:
        """This window's calls: seconds to wait before each, and seconds to wait for its answer."""
        drawn = 1.0 if self.steady else self._chance.random()
        for share, calls in (
            (LOST, []),
            (GIVEN_UP, [(0.0, GIVEN_UP_SECONDS), (2 * GIVEN_UP_SECONDS, CALL_SECONDS)]),
            (DOUBLED, [(0.0, CALL_SECONDS), (0.0, CALL_SECONDS)]),
            (LATE, [(self._chance.uniform(0.1, 0.95) * WINDOW_REAL_SECONDS, CALL_SECONDS)]),
        ):
            if drawn < share:
                return calls
            drawn -= share
        return [(0.0, CALL_SECONDS)]

    def _call(self, wait_seconds: float, patience_seconds: float) -> None:
        time.sleep(wait_seconds)
        at, job_id, entry_id = self._plant()
        mode = _asked(self._port, patience_seconds)
        self.ticks.append(Tick(at=at, job_id=job_id, entry_id=entry_id, mode=mode))

    def _plant(self) -> tuple[datetime, int, UUID]:
        try:
            planter = self._planters.get_nowait()
        except queue.Empty:
            planter = psycopg.connect(self._url, autocommit=True)
        try:
            ((at, job_id, entry_id),) = planter.execute(
                PLANT, (self._workspace_id, self._workspace_id)
            ).fetchall()
        finally:
            self._planters.put(planter)
        return at, job_id, entry_id


def _asked(port: int, patience_seconds: float) -> str | None:
    """One call; the mode that the answer names."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=patience_seconds)
    try:
        connection.request(
            "GET", "/api/cron/background-jobs", headers={"Authorization": f"Bearer {CRON_SECRET}"}
        )
        answer = json.loads(connection.getresponse().read())
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        connection.close()
    mode = answer.get("mode")
    return mode if isinstance(mode, str) else None
