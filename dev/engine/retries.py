"""When the engine tries again (delays as in the engine's source; see docs of the wire)."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

SECONDS_FORM_MAX: Final = 7
"""A Retry-After of at most so many characters is a number of seconds, a longer one is a date."""
SOONEST_SECONDS: Final = 1.0
LATEST_SECONDS: Final = 86_400.0
MOST_RETRIES: Final = 20
DEFAULT_RETRIES: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryDelays:
    """The pause before each retry."""

    seconds: tuple[float, ...] = (15, 30, 60, 120, 300, 600, 1200, 2400, 3600, 7200)
    """By index of the attempt that failed; the last one goes on for ever."""
    jitter_seconds: float = 30
    """A random share of it is added."""

    def after(self, attempt: int, chance: random.Random) -> float:
        """Seconds from the failure of `attempt` (the first is 0) to the next."""
        pause = self.seconds[min(attempt, len(self.seconds) - 1)]
        return pause + chance.uniform(0, self.jitter_seconds)


def retry_after_seconds(header: str, now: datetime) -> float | None:
    """The pause that a Retry-After asks for, between 1 s and 24 h; None where it cannot be read."""
    asked = _seconds(header) if len(header) <= SECONDS_FORM_MAX else _until(header, now)
    if asked is None:
        return None
    return min(max(asked, SOONEST_SECONDS), LATEST_SECONDS)


def most_attempts(retries: int | None) -> int:
    """How often one item is tried in all, for the function's `retries` (None: not configured)."""
    return 1 + min(DEFAULT_RETRIES if retries is None else retries, MOST_RETRIES)


def _seconds(header: str) -> float | None:
    return float(header) if header.isascii() and header.isdigit() else None


def _until(header: str, now: datetime) -> float | None:
    try:
        at = datetime.fromisoformat(header)
    except ValueError:
        try:
            at = parsedate_to_datetime(header)
        except ValueError:
            return None
    return ((at if at.tzinfo else at.replace(tzinfo=UTC)) - now).total_seconds()
