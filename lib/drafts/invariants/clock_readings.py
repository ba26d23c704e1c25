"""From the hour and minute that a text names to what they read as, `h:mmam` (domain §3)."""

import re
from collections.abc import Callable

from lib.drafts.invariants.clock_words import ENGLISH_HOURS, FOREIGN_HOURS, MINUTES

Mention = frozenset[str]
"""The readings of one mention; it is as said when any of them is."""
Form = tuple[re.Pattern[str], Callable[[re.Match[str]], list[Mention]]]
"""How a time is written, and how that is read."""


def compiled(pattern: str) -> re.Pattern[str]:
    """A form's pattern: case does not matter, and a line's end ends a phrase."""
    return re.compile(pattern, re.IGNORECASE | re.MULTILINE)


def readings(hour: str, minute: str | int | None = None, half: str | None = None) -> Mention:
    """The readings of one hour and minute; none for what no clock shows.

    Negative minutes count back from the hour. Without a half of the day an hour up to 12 has two readings,
    unless it is written with a nought in front.
    """
    number = hour_of(hour)
    minutes = int(minute or 0)
    if number > 23:  # noqa: PLR2004 - a clock
        return frozenset()
    if number > 12 or number == 0:  # noqa: PLR2004
        return frozenset({_shown(number * 60 + minutes)})
    halves = (half[0].lower(),) if half else ("a",) if hour.startswith("0") else ("a", "p")
    return frozenset(_shown((number % 12 + (12 if one == "p" else 0)) * 60 + minutes) for one in halves)


def hour_of(hour: str) -> int:
    """The hour that a number or a word names."""
    word = hour.lower()
    return ENGLISH_HOURS.get(word) or FOREIGN_HOURS.get(word) or int(word)


def minutes_of(words: str) -> int:
    """The minutes that a number or words name."""
    bare = re.sub(r"[\s-]+", " ", re.sub(r"\s*min(?:ute)?s?$", "", words.lower()))
    return MINUTES[bare] if bare in MINUTES else int(bare)


def part(match: re.Match[str], *names: str) -> str | None:
    """What the first of the groups `names` that took part holds; None when none did."""
    found = match.groupdict()
    return next((found[name] for name in names if found.get(name)), None)


def hour_and_minute(match: re.Match[str]) -> list[Mention]:
    """One time from the groups `h`, `m` or `words`, `half`, or their twins of another alternative."""
    hour = part(match, "h", "h2", "h3", "h4", "h5")
    words = part(match, "words")
    minute = minutes_of(words) if words else part(match, "m", "m2", "m3")
    return [readings(hour, minute, part(match, "half"))] if hour else []


def _shown(minutes: int) -> str:
    hour, minute = divmod(minutes % (24 * 60), 60)
    return f"{(hour - 1) % 12 + 1}:{minute:02}{'am' if hour < 12 else 'pm'}"  # noqa: PLR2004 - a clock
