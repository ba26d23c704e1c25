"""What a tick costs in Inngest's executions (runs and steps both count), as the tests' executor counts them.

Run it as `python -m bench bill [--json]`. It makes a database of its own, on whichever server bench/server.py
finds, and that is gone afterwards.
"""

import argparse
import json
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr
from dataclasses import dataclass
from io import StringIO
from typing import Final

from rich.console import Console
from rich.table import Table

from bench.server import database_server
from tests.conftest import CRON_SECRET, Database
from tests.durable import World, durable_world
from tests.scratch_database import scratch_database

MONTH_SECONDS: Final = 30 * 86_400
FREE_PLAN: Final = 50_000
"""Executions a month (docs/inngest.md)."""
LIMIT: Final = 10
"""Jobs of one drain in the measured backlog; only the number of drains matters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TickBill:
    """What one tick came to."""

    tick: str
    runs: int
    steps: int

    @property
    def executions(self) -> int:
        """What is billed."""
        return self.runs + self.steps


def ticks_a_month(window_seconds: int) -> int:
    """How many ticks come in 30 days, one each `window_seconds`."""
    return MONTH_SECONDS // window_seconds


def slowest_free_window(executions: int) -> int:
    """Seconds between ticks of `executions` each from which on a month fits the free plan, whole minutes."""
    minutes = -(-MONTH_SECONDS * executions // (FREE_PLAN * 60))
    return minutes * 60


def measure(server: str) -> list[TickBill]:
    """The bills of an idle tick, of one with a job, and of one that finds a backlog of five drains."""
    found = []
    with scratch_database(server) as url:
        database = Database(url)
        for tick, jobs in (("idle", 0), ("one due job", 1), ("a backlog of five drains", 5 * LIMIT - 1)):
            database.reset()
            with durable_world(
                {"DATABASE_URL": url, "CRON_SECRET": CRON_SECRET},
                database,
                settings={"BACKGROUND_JOB_CRON_LIMIT": str(LIMIT)},
            ) as world:
                found.append(_bill(tick, world, jobs))
        database.close()
    return found


def _bill(tick: str, world: World, jobs: int) -> TickBill:
    world.database.run(
        "INSERT INTO jobs (kind, status) SELECT 'system.noop', 'pending' FROM generate_series(1, %s)", jobs
    )
    world.tick()
    world.engine.run_until_idle()
    bill = world.engine.bill()
    return TickBill(tick=tick, runs=bill.runs, steps=bill.steps)


def main(arguments: Sequence[str], *, show: Callable[[str], None] = print) -> int:
    """Measure and print; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench bill", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args(arguments)
    with database_server() as server, redirect_stderr(StringIO()):  # the app's log lines
        bills = measure(server)
    show(_as_json(bills) if options.json else _as_text(bills))
    return 0


def _as_json(bills: Sequence[TickBill]) -> str:
    idle = bills[0].executions
    return json.dumps(
        {
            "ticks": [
                {"tick": b.tick, "runs": b.runs, "steps": b.steps, "executions": b.executions} for b in bills
            ],
            "monthOfIdleTicks": {str(w): ticks_a_month(w) * idle for w in (60, 300)},
            "freePlan": FREE_PLAN,
            "fitsFreePlanFromWindowSeconds": slowest_free_window(idle),
        }
    )


def _as_text(bills: Sequence[TickBill]) -> str:
    table = Table("tick", title="Inngest's executions for one tick: runs + steps")
    for column in ("runs", "steps", "executions"):
        table.add_column(column, justify="right")
    for bill in bills:
        table.add_row(bill.tick, str(bill.runs), str(bill.steps), str(bill.executions))
    idle = bills[0].executions
    console = Console(width=80)
    with console.capture() as capture:
        console.print(table)
        for window in (60, 300):
            ticks = ticks_a_month(window)
            console.print(
                f"A month (30 days) of idle ticks, one each {window} s: {ticks:,} x {idle} = {ticks * idle:,}"
            )
        free = slowest_free_window(idle)
        console.print(f"The free plan has {FREE_PLAN:,} a month: it is enough for a tick each {free} s.")
    return capture.get().rstrip()
