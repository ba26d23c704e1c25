"""What a handler raises to decide itself what becomes of its job; anything else it raises is a failure."""

from datetime import datetime, timedelta


def aware(when: datetime) -> datetime:
    """`when` itself; raises ValueError for a naive datetime, whose instant nobody knows."""
    if when.tzinfo is None:
        raise ValueError("a job's next time needs a timezone-aware datetime")
    return when


class Outcome(Exception):
    """A handler's own decision."""


class RetryAt(Outcome):
    """Failed; try again at `when` (timezone-aware). Counts as an attempt."""

    def __init__(self, when: datetime, reason: str) -> None:
        super().__init__(reason)
        self.when = aware(when)


class RetryAfter(Outcome):
    """Failed; try again after `delay`. Counts as an attempt."""

    def __init__(self, delay: timedelta, reason: str) -> None:
        super().__init__(reason)
        self.delay = delay


class Permanent(Outcome):
    """Failed for good: dead at once, kept for the operator."""


class Reschedule(Outcome):
    """Not now: run at `when`. Not an attempt (failure L8); capped at 1000."""

    def __init__(self, when: datetime, reason: str) -> None:
        super().__init__(reason)
        self.when = aware(when)
