from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.errors import InvalidPayload, JobDeadlineExceeded, StoreBusy, StoreUnavailable, UnknownJobKind
from lib.jobs.outcomes import Permanent, Reschedule, RetryAfter, RetryAt
from lib.jobs.retry import (
    RESCHEDULE_CAP,
    RetryDecision,
    backoff,
    decide_expiry,
    decide_failure,
    decide_interruption,
)

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def told(decision: RetryDecision) -> tuple[str, str, int, int, int]:
    return (
        decision.verdict,
        decision.reason,
        decision.attempts,
        decision.crashes,
        decision.reschedules,
    )


class TestFailure:
    @pytest.mark.parametrize(
        ("error", "attempt", "expected"),
        [
            # what the handler raised, attempts before it, verdict and reason and what is charged
            pytest.param(RuntimeError(), 0, ("retry", "failed", 1, 0, 0), id="first failure"),
            pytest.param(RuntimeError(), 3, ("retry", "failed", 1, 0, 0), id="last but one"),
            pytest.param(RuntimeError(), 4, ("dead", "attempts_used", 1, 0, 0), id="last"),
            pytest.param(SystemExit(1), 0, ("retry", "failed", 1, 0, 0), id="a library that exits"),
            pytest.param(KeyboardInterrupt(), 0, ("retry", "failed", 1, 0, 0), id="an interrupt"),
            pytest.param(StoreUnavailable(), 0, ("retry", "failed", 1, 0, 0), id="database, in a handler"),
            pytest.param(JobDeadlineExceeded(), 0, ("retry", "failed", 1, 0, 0), id="deadline"),
            pytest.param(Permanent("x"), 0, ("dead", "permanent", 1, 0, 0), id="permanent"),
            pytest.param(RetryAt(NOON, "x"), 0, ("retry", "asked", 1, 0, 0), id="retry at"),
            pytest.param(RetryAt(NOON, "x"), 4, ("dead", "attempts_used", 1, 0, 0), id="retry at, last"),
            pytest.param(RetryAfter(SECOND, "x"), 0, ("retry", "asked", 1, 0, 0), id="retry after"),
            pytest.param(RetryAfter(SECOND, "x"), 4, ("dead", "attempts_used", 1, 0, 0), id="after, last"),
            pytest.param(Reschedule(NOON, "x"), 0, ("reschedule", "asked", 0, 0, 1), id="reschedule (L8)"),
            pytest.param(StoreBusy(), 4, ("reschedule", "store_busy", 0, 0, 1), id="pool too small (D8)"),
            pytest.param(Reschedule(NOON, "x"), 4, ("reschedule", "asked", 0, 0, 1), id="no attempt (L8)"),
            pytest.param(UnknownJobKind(), 0, ("dead", "unrunnable", 0, 0, 0), id="unknown kind"),
            pytest.param(InvalidPayload(), 0, ("dead", "unrunnable", 0, 0, 0), id="bad payload"),
        ],
    )
    def test_table(
        self, error: BaseException, attempt: int, expected: tuple[str, str, int, int, int]
    ) -> None:
        decision = decide_failure(error, attempt=attempt, max_attempts=5, reschedules=0, chance=0.5)
        assert told(decision) == expected

    @pytest.mark.parametrize(
        ("error", "delay", "run_at"),
        [
            pytest.param(RuntimeError(), 2 * SECOND, None, id="back-off"),
            pytest.param(RetryAfter(90 * SECOND, "x"), 90 * SECOND, None, id="asked"),
            pytest.param(RetryAfter(-90 * SECOND, "x"), SECOND, None, id="asked for the past"),
            pytest.param(RetryAfter(timedelta.max, "x"), timedelta(days=365), None, id="asked too much"),
            pytest.param(RetryAt(NOON, "x"), SECOND, NOON, id="at, but not before a second"),
            pytest.param(Reschedule(NOON, "x"), SECOND, NOON, id="rescheduled, but no hot loop"),
        ],
    )
    def test_times(self, error: BaseException, delay: timedelta, run_at: datetime | None) -> None:
        decision = decide_failure(error, attempt=0, max_attempts=5, reschedules=0, chance=0.0)
        assert (decision.delay, decision.run_at) == (delay, run_at)

    def test_reschedules_have_a_cap_of_their_own(self) -> None:
        """Failure L8: 1,000, and no attempt is charged."""
        last = decide_failure(
            Reschedule(NOON, "x"), attempt=0, max_attempts=5, reschedules=RESCHEDULE_CAP, chance=0.0
        )
        assert told(last) == ("dead", "reschedule_cap", 0, 0, 0)


class TestBackoff:
    @pytest.mark.parametrize(
        ("attempt", "seconds"), [(1, 2), (2, 4), (3, 8), (9, 512), (10, 900), (50, 900), (10_000, 900)]
    )
    def test_doubles_up_to_15_minutes(self, attempt: int, seconds: int) -> None:
        assert backoff(attempt, 0.0) == timedelta(seconds=seconds)

    @given(st.integers(1, 100), st.floats(0, 1, exclude_max=True))
    def test_jitter_adds_at_most_a_quarter(self, attempt: int, chance: float) -> None:
        """`min(15 min, 2^attempt s) <= back-off < that and a quarter`."""
        base = min(timedelta(minutes=15), timedelta(seconds=2 ** min(attempt, 10)))
        assert base <= backoff(attempt, chance) <= base * 1.25


class TestExpiry:
    @pytest.mark.parametrize(
        ("started", "crashes", "expected"),
        [
            pytest.param(False, 0, ("release", "not_begun", 0, 0, 0), id="leased, never begun: innocent"),
            pytest.param(True, 0, ("release", "crashed", 0, 1, 0), id="begun: suspected"),
            pytest.param(True, 3, ("release", "crashed", 0, 1, 0), id="last but one"),
            pytest.param(True, 4, ("dead", "crashes_used", 0, 1, 0), id="last (L7)"),
            pytest.param(False, 4, ("release", "not_begun", 0, 0, 0), id="a suspect that had not begun"),
        ],
    )
    def test_table(self, *, started: bool, crashes: int, expected: tuple[str, str, int, int, int]) -> None:
        """A lease that runs out charges no attempt."""
        assert told(decide_expiry(started=started, crashes=crashes, max_attempts=5)) == expected


class TestInterruption:
    @pytest.mark.parametrize(
        ("started", "reschedules", "expected"),
        [
            pytest.param(False, 7, ("release", "not_begun", 0, 0, 0), id="not begun: as it was"),
            pytest.param(True, 7, ("release", "interrupted", 0, 0, 1), id="begun: counted, not charged"),
            pytest.param(True, 1000, ("dead", "reschedule_cap", 0, 0, 0), id="for ever: ends"),
        ],
    )
    def test_table(
        self, *, started: bool, reschedules: int, expected: tuple[str, str, int, int, int]
    ) -> None:
        """Interrupted is not failed (design §7)."""
        assert told(decide_interruption(started=started, reschedules=reschedules)) == expected
