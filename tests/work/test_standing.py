from datetime import UTC, datetime, timedelta

import pytest

from lib.status.run_status import RunStatus
from lib.work.standing import STANDING, RunStanding, RunVerdict, decide_run
from tests.conftest import Database
from tests.query_plan import reads

NOW = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
MAX_AGE = timedelta(seconds=900)


def standing(*, status: RunStatus | None = None, covered_by: str | None = None) -> RunStanding:
    return RunStanding(
        now=NOW,
        status=status,
        attempt=None,
        started_at=None,
        finished_at=None,
        summary=None,
        error=None,
        covered_by=covered_by,
    )


def verdict(
    held: RunStanding, *, age_s: int | None = 5, forced: bool = False, begun: bool = False
) -> RunVerdict:
    requested_at = None if age_s is None else NOW - timedelta(seconds=age_s)
    return decide_run(held, requested_at=requested_at, forced=forced, begun=begun, max_age=MAX_AGE).verdict


class TestDecision:
    """What a call of a run is to do; what is covered or too old does nothing (failure L24)."""

    @pytest.mark.parametrize(
        ("held", "age_s", "forced", "begun", "expected"),
        [
            pytest.param(standing(), 5, False, False, RunVerdict.WORK, id="a fresh tick works"),
            pytest.param(standing(), 900, False, False, RunVerdict.WORK, id="as old as allowed works"),
            pytest.param(standing(), 901, False, False, RunVerdict.EXPIRED, id="too old is a no-op"),
            pytest.param(standing(), 901, True, False, RunVerdict.WORK, id="a replay works at any age"),
            pytest.param(standing(), None, False, False, RunVerdict.WORK, id="a manual call works"),
            pytest.param(
                standing(covered_by="r2"), 5, False, False, RunVerdict.COVERED, id="covered: superseded"
            ),
            pytest.param(
                standing(covered_by="r2"), 901, False, False, RunVerdict.COVERED, id="covered before expired"
            ),
            pytest.param(
                standing(covered_by="r2"), 5, True, False, RunVerdict.WORK, id="a replay of a covered tick"
            ),
            pytest.param(
                standing(status=RunStatus.RUNNING, covered_by="r2"),
                5,
                False,
                False,
                RunVerdict.COVERED,
                id="covered while it waited for a retry of its first step",
            ),
            pytest.param(
                standing(status=RunStatus.RUNNING, covered_by="r2"),
                5,
                False,
                True,
                RunVerdict.WORK,
                id="covered in its midst: goes on",
            ),
            pytest.param(
                standing(status=RunStatus.RUNNING), 901, False, True, RunVerdict.WORK, id="long, not expired"
            ),
            pytest.param(
                standing(status=RunStatus.ABANDONED), 5, False, False, RunVerdict.WORK, id="wakes uncovered"
            ),
            pytest.param(
                standing(status=RunStatus.ABANDONED, covered_by="r2"),
                5,
                False,
                False,
                RunVerdict.COVERED,
                id="wakes covered",
            ),
        ],
    )
    def test_row(
        self, held: RunStanding, age_s: int | None, expected: RunVerdict, *, forced: bool, begun: bool
    ) -> None:
        assert verdict(held, age_s=age_s, forced=forced, begun=begun) == expected

    @pytest.mark.parametrize(
        "status",
        [RunStatus.SUCCEEDED, RunStatus.DEGRADED, RunStatus.FAILED, RunStatus.SUPERSEDED],
    )
    def test_a_closed_run_stays_closed(self, status: RunStatus) -> None:
        """Whatever else holds: a lost answer, a late delivery, even a forced one, does no work twice."""
        assert verdict(standing(status=status), forced=True, begun=True) == RunVerdict.CLOSED


class TestPlan:
    @pytest.mark.parametrize("statistics", ["ANALYZE runs", "SELECT 1"], ids=["analysed", "never analysed"])
    def test_reads_two_rows_however_many_there_are(self, database: Database, statistics: str) -> None:
        """Pinned: its own row by its key, and the newest that may cover its tick."""
        database.run(
            "INSERT INTO runs (job_name, run_id, source, status, owner, started_at, finished_at)"
            " SELECT 'process-background-jobs', 'r' || n, 'inngest',"
            " CASE WHEN mod(n, 3) = 0 THEN 'superseded' ELSE 'succeeded' END, 'x',"
            " everytick_now() - n * interval '1 minute', everytick_now() FROM generate_series(1, 20000) AS n"
        )
        database.run(statistics)
        parameters = {"job_name": "process-background-jobs", "run_id": "r7", "requested_at": NOW}
        assert reads(database, STANDING, parameters, "runs") == ["runs_covering", "runs_pkey"]
