"""When an endpoint asks to be called again, from the headers of its answer."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

LONGEST: Final = timedelta(days=1)
"""A longer wait is a mistake, or no use to whoever waits for a reply."""


def retry_after(headers: Mapping[str, str], *, now: datetime) -> timedelta | None:
    """How long to wait by `Retry-After`, in seconds or until a date; None when it is missing or unreadable.

    A date is read against the endpoint's own `Date`, so that two clocks need not agree; without one, `now`.
    """
    said = headers.get("retry-after", "").strip()
    if not said:
        return None
    if said.isascii() and said.replace(".", "", 1).isdigit():
        # A float of many digits is infinite, which no timedelta holds.
        return timedelta(seconds=min(float(said), LONGEST.total_seconds()))
    until = _instant(said)
    if until is None:
        return None
    return min(LONGEST, max(timedelta(0), until - (_instant(headers.get("date", "")) or now)))


def _instant(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
