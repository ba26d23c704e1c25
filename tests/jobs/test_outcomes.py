from datetime import datetime

import pytest

from lib.jobs.outcomes import Reschedule, RetryAt


@pytest.mark.parametrize("outcome", [RetryAt, Reschedule])
def test_naive_times_are_refused(outcome: type[RetryAt] | type[Reschedule]) -> None:
    """Nobody knows which instant a naive datetime means."""
    with pytest.raises(ValueError, match="timezone-aware"):
        outcome(datetime(2026, 1, 1), "later")  # noqa: DTZ001 - the case
