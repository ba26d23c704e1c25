"""The watchdog's look at the lines: what it reads, however long the ledger and the record of runs are."""

from datetime import timedelta

import pytest

from lib.services import Services
from lib.status.run_status import JobName
from lib.store.store import Connection
from lib.ticks.watch_lines import LOST, UNHEARD, WATCH, LineWatch, watch_lines
from lib.ticks.watchdog import JUDGED
from lib.work.abandon import ABANDON
from tests.conftest import Database
from tests.query_plan import reads

GRACE = timedelta(seconds=180)
MAX_AGE = timedelta(seconds=900)
ASKED = {"job_name": JobName.MAINTENANCE, "grace": GRACE, "max_age": MAX_AGE, "at_most": 1000}


def look(connection: Connection) -> LineWatch:
    return watch_lines(connection, JobName.MAINTENANCE, grace=GRACE, max_age=MAX_AGE)


def ticks(database: Database, count: int) -> Database:
    """`count` ticks, the latest three of them open, the latest four minutes ago."""
    database.run(
        "INSERT INTO dispatches (dispatch_key, mode, reason, state, correlation_id)"
        " SELECT 'k' || n, 'inngest', 'enabled', 'accepted', 'c' FROM generate_series(1, %s) AS n",
        count,
    )
    database.run(
        "INSERT INTO dispatch_lines (dispatch_key, job_name, state, run_id, dispatched_at, executed_at)"
        " SELECT 'k' || n, job_name, CASE WHEN n <= 3 THEN 'accepted' ELSE 'covered' END,"
        " 'r' || n, everytick_now() - (n + 3) * interval '1 minute',"
        " CASE WHEN n > 3 THEN everytick_now() END"
        " FROM generate_series(1, %s) AS n,"
        " unnest(ARRAY['background-maintenance', 'process-background-jobs']) AS job_name",
        count,
    )
    database.run(
        "INSERT INTO runs (job_name, run_id, source, status, owner, started_at, beat_at, finished_at)"
        " SELECT job_name, 'r' || n, 'inngest', 'succeeded', 'o', at, at, at"
        " FROM generate_series(4, %s) AS n,"
        " unnest(ARRAY['background-maintenance', 'process-background-jobs']) AS job_name,"
        " LATERAL (SELECT everytick_now() - (n + 3) * interval '1 minute') AS t (at)",
        count,
    )
    return database


@pytest.fixture
def crowded(database: Database) -> Database:
    """A week of ticks."""
    ticks(database, 10_000).run("ANALYZE dispatches, dispatch_lines, runs")
    return database


@pytest.fixture
def ledger(database: Database) -> Database:
    """A few ticks."""
    return ticks(database, 6)


class TestPlans:
    def test_a_look_reads_the_open_lines_and_the_newest_runs(self, crowded: Database) -> None:
        assert set(reads(crowded, WATCH, ASKED, "dispatch_lines")) <= {
            "dispatch_lines_open",
            "dispatch_lines_pkey",
        }
        assert set(reads(crowded, WATCH, ASKED, "runs")) <= {"runs_signs", "runs_covering", "runs_pkey"}

    def test_so_do_its_other_statements(self, crowded: Database) -> None:
        judged = (JobName.PROCESS, None, 3)
        assert reads(crowded, JUDGED, judged, "dispatch_lines") == ["dispatch_lines_judged"]
        assert "dispatch_lines_unheard" in reads(crowded, UNHEARD, ASKED, "dispatch_lines")
        assert reads(crowded, LOST, (GRACE,), "dispatches") == ["dispatches_dispatching"]
        silent = {"stuck_seconds": 900, "at_most": 25}
        assert "Seq Scan" not in reads(crowded, ABANDON, silent, "runs")


class TestVerdicts:
    def test_each_line_is_judged_by_itself(self, services: Services, ledger: Database) -> None:
        """One is covered by a run that started after it; no run began or beat since the others."""
        ledger.run(
            "UPDATE dispatch_lines SET dispatched_at = everytick_now() - interval '8 min' WHERE run_id = 'r3'"
        )
        with services.store.transaction() as connection:
            found = look(connection)
        assert found == LineWatch(unexecuted=2, marked=("k1", "k2"))
        rows = ledger.rows(
            "SELECT dispatch_key, state, covered_by, failure FROM dispatch_lines"
            " WHERE job_name = 'background-maintenance' AND dispatch_key IN ('k1', 'k3') ORDER BY 1"
        )
        assert rows == [("k1", "unexecuted", None, "unexecuted"), ("k3", "covered", "r4", None)]

    @pytest.mark.usefixtures("ledger")
    def test_what_was_marked_is_told_once_and_counted_until_it_is_covered(self, services: Services) -> None:
        for marked in (("k1", "k2", "k3"), ()):
            with services.store.transaction() as connection:
                found = look(connection)
            assert found == LineWatch(unexecuted=3, marked=marked)

    @pytest.mark.parametrize("sign", ["started", "beat", "ended"])
    def test_any_sign_of_life_since_makes_it_a_backlog(
        self, services: Services, ledger: Database, sign: str
    ) -> None:
        ledger.run(
            "INSERT INTO runs (job_name, run_id, source, status, owner, started_at, finished_at)"
            " VALUES ('background-maintenance', 'sign', 'inngest', %s, 'o',"
            " everytick_now() - %s::interval, %s)",
            "failed" if sign == "ended" else "running",
            "1 min" if sign == "started" else "1 hour",
            ledger.value("SELECT everytick_now()") if sign == "ended" else None,
        )
        with services.store.transaction() as connection:
            assert look(connection) == LineWatch(waiting=3)

    @pytest.mark.parametrize(
        ("source", "status", "summary"),
        [
            pytest.param("inline", "running", "{}", id="inline work is none of the engine's"),
            pytest.param("inngest", "superseded", '{"reason": "expired"}', id="too late to work"),
            pytest.param(
                "inngest", "superseded", '{"reason": "covered", "coveredBy": "ours"}', id="we did it inline"
            ),
        ],
    )
    def test_what_is_no_sign_of_life(
        self, services: Services, ledger: Database, source: str, status: str, summary: str
    ) -> None:
        """An engine that is always too late must not pass for a busy one."""
        ledger.run(
            "INSERT INTO runs (job_name, run_id, source, status, owner, summary, started_at, finished_at)"
            " VALUES ('background-maintenance', 'sign', %s, %s, 'o', %s, everytick_now(),"
            " CASE WHEN %s <> 'running' THEN everytick_now() END),"
            " ('background-maintenance', 'ours', 'inline', 'succeeded', 'o', NULL,"
            " everytick_now() - interval '1 day', everytick_now())",
            source,
            status,
            summary,
            status,
        )
        with services.store.transaction() as connection:
            assert look(connection).unexecuted == 3

    def test_one_covered_by_the_engine_is_a_sign(self, services: Services, ledger: Database) -> None:
        """A backlog of ticks ends in many runs that find nothing to do after one that did it all."""
        ledger.run(
            "INSERT INTO runs (job_name, run_id, source, status, owner, summary, finished_at)"
            " VALUES ('background-maintenance', 'sign', 'inngest', 'superseded', 'o',"
            ' \'{"reason": "covered", "coveredBy": "r4"}\', everytick_now())'
        )
        with services.store.transaction() as connection:
            assert look(connection) == LineWatch(waiting=3)

    def test_none_waits_for_an_event_that_is_too_old(self, services: Services, ledger: Database) -> None:
        """Runs begin and die, again and again: signs of life, and none does the work (failure L24)."""
        ledger.run(
            "UPDATE dispatch_lines SET dispatched_at = everytick_now() - interval '901 s'"
            " WHERE dispatch_key = 'k3'"
        )
        ledger.run("DELETE FROM runs")
        ledger.run(
            "INSERT INTO runs (job_name, run_id, source, status, owner)"
            " VALUES ('background-maintenance', 'sign', 'inngest', 'running', 'o')"
        )
        with services.store.transaction() as connection:
            assert look(connection) == LineWatch(unexecuted=1, waiting=2, marked=("k3",))
