from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.jobs.job import ClaimedJob
from lib.jobs.pace import CHUNK_LIMIT, CHUNK_SECONDS, LEAD_LIMIT, Pace


def job(kind: str = "a", *, max_attempts: int = 5) -> ClaimedJob:
    return ClaimedJob(
        id=1,
        token=UUID(int=1),
        workspace_id=None,
        kind=kind,
        payload="{}",
        attempt=0,
        crashes=0,
        max_attempts=max_attempts,
        reschedules=0,
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


class TestLead:
    @pytest.mark.parametrize(
        ("seconds", "lead"),
        [
            pytest.param(None, 20, id="nothing seen: five for each worker"),
            pytest.param(0.0, LEAD_LIMIT, id="no time at all"),
            pytest.param(0.1, 20, id="100 ms"),
            pytest.param(30.0, 0, id="slow: others may have what we can't begin"),
        ],
    )
    def test_half_a_second_ahead(self, seconds: float | None, lead: int) -> None:
        pace = Pace()
        if seconds is not None:
            pace.observe("a", seconds)
        assert pace.lead(4) == lead


class TestChunk:
    def test_unknown_kinds_begin_alone(self) -> None:
        assert Pace().chunk([job(), job()]) == 1

    def test_quick_kinds_share_a_transaction(self) -> None:
        pace = Pace()
        pace.observe("a", 0.001)
        assert pace.chunk([job()] * 20) == 5
        pace.observe("b", 0.0)
        assert pace.chunk([job("b")] * 50) == CHUNK_LIMIT

    def test_a_slow_one_counts_at_once(self) -> None:
        pace = Pace()
        pace.observe("a", 0.0)
        pace.observe("a", 2.0)
        assert pace.chunk([job()] * 5) == 1

    def test_a_job_with_one_attempt_shares_with_nobody_before_it(self) -> None:
        """What may be tried only once must not be suspected for a neighbour's crash."""
        pace = Pace()
        pace.observe("a", 0.0)
        assert pace.chunk([job(), job(), job(max_attempts=1), job()]) == 2
        assert pace.chunk([job(max_attempts=1), job()]) == 1

    def test_nothing(self) -> None:
        assert Pace().chunk([]) == 0

    @given(st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 10))), st.lists(st.sampled_from("abc")))
    def test_bounds(self, seen: list[tuple[str, float]], kinds: list[str]) -> None:
        """At least one of any, never more than the limit, and no more than one that is slow."""
        pace = Pace()
        for kind, seconds in seen:
            pace.observe(kind, seconds)
        size = pace.chunk([job(kind) for kind in kinds])
        assert min(1, len(kinds)) <= size <= min(CHUNK_LIMIT, len(kinds))
        slow = {kind for kind, seconds in seen[-1:] if seconds > CHUNK_SECONDS}
        if kinds and kinds[0] in slow:
            assert size == 1
