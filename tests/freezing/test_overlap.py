"""Ticks that overlap: one works, the others say so, and a holder that died holds nothing up (failure D5)."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest

from lib.composition import Composition
from lib.services import Services
from lib.ticks.report import TickReport
from lib.ticks.tick import run_tick
from tests.acceptance.scenario import OUTCOME, outcome, seed_overdue
from tests.conftest import Database
from tests.freezing.conftest import Freezer

HOLDER = "SELECT holder IS NOT NULL FROM leases WHERE name = 'inline'"
FIRST_UNDER_THE_LEASE = 6
"""A tick's transaction; the ones before look at the clock and the ledger, and take the lease."""


class TestLateTick:
    def test_is_busy_while_the_holder_is_alive(
        self, freezer: Freezer, services: Services, database: Database
    ) -> None:
        """Two ticks at once: each effect once, and the second says that somebody is at it."""
        seed_overdue(database)
        assert freezer.freeze("tick", at=FIRST_UNDER_THE_LEASE)
        assert database.value(HOLDER)
        late = run_tick(services)
        assert (late.mode, late.reason, late.executions) == ("busy", "lease_held", {})
        freezer.thaw()
        assert outcome(database) == OUTCOME
        assert run_tick(services).mode == "inline"

    @pytest.mark.parametrize("at", [FIRST_UNDER_THE_LEASE, 15, 25, 30])
    def test_works_once_the_lease_of_a_dead_holder_has_ended(
        self, freezer: Freezer, services: Services, database: Database, at: int
    ) -> None:
        """Failure D5: kill -9 in the middle of a tick; no lock outlives the lease."""
        seed_overdue(database)
        assert freezer.freeze("tick", at=at)
        freezer.kill()
        assert database.value(HOLDER)
        assert run_tick(services).mode == "busy", "it may be alive, as far as anybody knows"
        database.shift_clock(timedelta(seconds=61))
        after = run_tick(services)
        assert (after.mode, after.failed) == ("inline", {})
        done = outcome(database)
        assert [row[:3] for row in done.pop("jobs")] == [row[:3] for row in OUTCOME["jobs"]]
        assert done == {name: rows for name, rows in OUTCOME.items() if name != "jobs"}


class TestAtOnce:
    def test_many_ticks_do_everything_once(
        self, composed: Callable[..., Composition], database: Database
    ) -> None:
        """Doubled and overlapping ticks of several instances; those that came too late are busy."""
        seed_overdue(database)
        database.run(
            "INSERT INTO jobs (kind, status, payload) SELECT 'system.noop', 'pending', '{\"sleepMs\": 5}'"
            " FROM generate_series(1, 40)"
        )
        instances = [composed().services for _ in range(4)]
        together = threading.Barrier(len(instances))
        reports: list[TickReport] = []

        def tick(held: Services | None) -> None:
            assert held is not None
            together.wait(30)
            reports.append(run_tick(held))

        threads = [threading.Thread(target=tick, args=(held,)) for held in instances]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        modes = Counter(report.mode.value for report in reports)
        assert modes.keys() <= {"inline", "busy"}
        assert sum(modes.values()) == len(instances)
        assert modes["inline"] >= 1
        assert database.rows(
            "SELECT status, attempt, crashes, count(*) FROM jobs WHERE last_error IS NULL AND attempt > 0"
            " GROUP BY 1, 2, 3"
        ) == [("succeeded", 1, 0, 41)]
        done = outcome(database)
        assert {name: done[name] for name in ("drafts", "lead_memory_entries")} == {
            name: OUTCOME[name] for name in ("drafts", "lead_memory_entries")
        }
