"""The times of day that a text names, normalised to `h:mmam` (domain §3).

Read are `2pm`, `2:00 PM`, `2.30 p.m.`, `14:00`, `2:00`, ranges (`2-3pm`: both ends), `two o'clock`, `half
past two`, `noon`, `midnight`, `at 2`, `14 Uhr`, `14h30`, `à 14 h` and `a las 14`. A time without am or pm
and not plainly of the 24-hour clock (`2:00`, `at 2`) has two readings. Web addresses and dates are not
searched.
"""

import re
from collections.abc import Callable
from typing import Final

from lib.drafts.invariants.dates import without_dates
from lib.drafts.invariants.urls import without_urls

Mention = frozenset[str]
"""The readings of one mention; it is as said when any of them is."""

_WORDS: Final = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6,
    "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
}  # fmt: skip
_HOUR: Final = r"(?:\d{1,2}|" + "|".join(_WORDS) + ")"
_START: Final = r"(?<![\w:.,/+$€£-])"
_HALF: Final = r"\.?\s?m\b\.?"
_AFTER_BARE: Final = (
    r"(?=\s*(?:$|[.,;!?)\n]|-\s|(?:on|tomorrow|today|tonight|this|next|works?|sharp|instead|if|for|and"
    r"|or|then"
    r"|would|is|your|our|my|local|uhr|et|est|edt|ct|cst|pt|pst|pdt|cet|cest|gmt|utc|bst"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b))"
)
_OFFSET: Final = re.compile(
    r"\b(?:utc|gmt)\s?[+-]\s?\d{1,2}(?::?\d\d)?|(?:(?<=T\d\d:\d\d)|(?<=:\d\d:\d\d))[+-]\d\d:\d\d",
    re.IGNORECASE,
)


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE | re.MULTILINE)


_RANGE: Final = _compiled(
    rf"{_START}(?P<h>\d{{1,2}})(?:[:.](?P<m>[0-5]\d))?\s*(?:-|to|until|till|through|and|or|/)\s*"
    rf"(?P<h2>\d{{1,2}})(?:[:.](?P<m2>[0-5]\d))?\s*(?P<half>[ap]){_HALF}"
)
_HALVED: Final = _compiled(
    rf"(?<![\w.,])(?P<h>{_HOUR})(?:[:.](?P<m>[0-5]\d)(?::\d\d)?)?\s*(?P<half>[ap]){_HALF}"
)
_PAST: Final = _compiled(rf"\b(?P<part>half|quarter)\s+(?P<way>past|after|to|before)\s+(?P<h>{_HOUR})\b")
_CLOCK: Final = _compiled(rf"\b(?P<h>{_HOUR})\s*o'?\s?clock\b")
_UHR: Final = _compiled(
    r"(?<![\w:.])(?:(?P<h2>\d{1,2})\s*(?:-|bis|oder|und)\s*)?(?P<h>\d{1,2})(?:[:.](?P<m>[0-5]\d))?\s*uhr\b"
    r"(?:\s+(?P<m2>[0-5]\d)\b)?"
)
_COLON: Final = _compiled(r"(?<![\d:.+])(?P<h>\d{1,2}):(?P<m>[0-5]\d)(?::[0-5]\d)?(?![\d:])")
_H: Final = _compiled(r"(?<![\w:.])(?P<h>\d{1,2})\s?h\s?(?P<m>[0-5]\d)\b")
_FOREIGN: Final = _compiled(
    r"\b(?:à|vers|a las?|sobre las)\s+(?P<h>\d{1,2})(?:\s?h(?:eures?|oras?|s)?\b)?(?![\w:%]|[.,]\d)"
)
_NAMED: Final = _compiled(r"(?<![\w-])(?P<name>noon|midday|midnight)\b")
_BARE: Final = _compiled(rf"\bat\s+(?:around\s+|about\s+)?(?P<h>{_HOUR}){_AFTER_BARE}")

_ASKED_FOR: Final = _compiled(
    r"\b(?:from|to|and|or|after|before|between|until|till|by|around|at|today|tomorrow"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day),?\s+(?P<h>\d{1,2})(?:ish)?\b"
    r"(?![:.%]\d|\s?%|\s?[ap]\.?\s?m\b|\s+(?:people|of\s+us|persons?|seats?|users?|licen[cs]es"
    r"|min\w*|hours?|hrs?|days?|weeks?|months?|years?)\b)"
)


def times_asked_for(text: str) -> frozenset[str]:
    """Every reading of every time in an inbound: also of hours that only stand there (`from 3 to 5`)."""
    rest = without_dates(without_urls(text))
    bare = [_readings(match["h"], None) for match in _ASKED_FOR.finditer(rest)]
    return times_in(text).union(*bare)


def times_in(text: str) -> frozenset[str]:
    """Every reading of every time in `text`, as `h:mmam`."""
    return frozenset(reading for mention in named_times(text) for reading in mention)


def named_times(text: str) -> tuple[Mention, ...]:
    """The times that `text` names, each with its readings."""
    rest = _OFFSET.sub(" ", without_dates(without_urls(text)))
    mentions: list[Mention] = []
    for pattern, read in _READERS:
        for match in pattern.finditer(rest):
            found = [mention for mention in read(match) if mention]
            if found:
                mentions += found
                rest = rest[: match.start()] + "|" * (match.end() - match.start()) + rest[match.end() :]
    return tuple(mentions)


def _clock(hour: int, minute: int) -> str:
    return f"{(hour - 1) % 12 + 1}:{minute:02}{'am' if hour % 24 < 12 else 'pm'}"  # noqa: PLR2004 - a clock


def _readings(hour: str, minute: str | None, half: str | None = None) -> Mention:
    """The readings of one hour and minute; none for what no clock shows."""
    number = _WORDS.get(hour.lower()) or int(hour)
    minutes = int(minute or 0)
    if number > 23:  # noqa: PLR2004 - a clock
        return frozenset()
    if number > 12 or number == 0:  # noqa: PLR2004
        return frozenset({_clock(number, minutes)})
    halves = (half.lower(),) if half else ("a",) if hour.startswith("0") else ("a", "p")
    return frozenset(_clock(number % 12 + (12 if one == "p" else 0), minutes) for one in halves)


def _range(match: re.Match[str]) -> list[Mention]:
    end = _readings(match["h2"], match["m2"], match["half"])
    half = match["half"].lower()
    if int(match["h"]) % 12 > int(match["h2"]) % 12:
        half = "a" if half == "p" else "p"
    return [_readings(match["h"], match["m"], half), end]


def _halved(match: re.Match[str]) -> list[Mention]:
    return [_readings(match["h"], match["m"], match["half"])]


def _past(match: re.Match[str]) -> list[Mention]:
    hour = _WORDS.get(match["h"].lower()) or int(match["h"])
    minute = 30 if match["part"].lower() == "half" else 15
    if match["way"].lower() in ("to", "before"):
        hour, minute = hour - 1 or 12, 60 - minute
    return [_readings(str(hour), str(minute))]


def _uhr(match: re.Match[str]) -> list[Mention]:
    first = [_readings(match["h2"], None)] if match["h2"] else []
    return [*first, _readings(match["h"], match["m"] or match["m2"])]


def _plain(match: re.Match[str]) -> list[Mention]:
    return [_readings(match["h"], match.groupdict().get("m"))]


def _named(match: re.Match[str]) -> list[Mention]:
    return [frozenset({"12:00am" if match["name"].lower() == "midnight" else "12:00pm"})]


_READERS: Final[tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], list[Mention]]], ...]] = (
    (_RANGE, _range),
    (_HALVED, _halved),
    (_PAST, _past),
    (_CLOCK, _plain),
    (_UHR, _uhr),
    (_COLON, _plain),
    (_H, _plain),
    (_FOREIGN, _plain),
    (_NAMED, _named),
    (_BARE, _plain),
)
