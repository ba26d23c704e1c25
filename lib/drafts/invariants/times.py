"""The times of day that a text names, normalised to `h:mmam` (domain §3).

Read are `2pm`, `2:00 PM`, `2.30 p.m.`, `230pm`, `14:00`, `at 1430`, `2:00`, ranges (`2-3pm`: both ends),
`two o'clock`, `half past two`, `twenty to four`, `two thirty`, `3 in the afternoon`, `noon`, `midnight`, a
bare hour where the words around it make it one (`at 2`, `after 4`, `let's say 3`), and the forms of German,
French, Spanish and Italian. A time without am or pm and not plainly of the 24-hour clock (`2:00`, `at 2`)
has two readings. Web addresses and dates are not searched.
"""

from functools import lru_cache
from typing import Final

from lib.drafts.invariants.calendar_words import WEEKDAY
from lib.drafts.invariants.clock_readings import Mention, compiled, readings
from lib.drafts.invariants.dates import TEXTS_OF_A_REPLY, without_dates
from lib.drafts.invariants.english_times import LOOSE, PRECISE
from lib.drafts.invariants.foreign_times import FOREIGN

_FORMS: Final = (*PRECISE, *FOREIGN, *LOOSE)
_OFFSET: Final = compiled(
    r"\b(?:utc|gmt)\s?[+-]\s?\d{1,2}(?::?\d\d)?|(?:(?<=T\d\d:\d\d)|(?<=:\d\d:\d\d))[+-]\d\d:\d\d"
)
_ASKED_FOR: Final = compiled(
    rf"\b(?:from|to|and|or|after|before|between|until|till|by|around|at|today|tomorrow|{WEEKDAY}),?\s+"
    r"(?P<h>\d{1,2})(?:ish)?\b"
    r"(?![:.%]\d|\s?%|\s?[ap]\.?\s?m\b|\s+(?:people|of\s+us|persons?|seats?|users?|licen[cs]es"
    r"|min\w{0,6}|hours?|hrs?|days?|weeks?|months?|years?)\b)"
)


def times_asked_for(text: str) -> frozenset[str]:
    """Every reading of every time in an inbound: also of hours that only stand there (`from 3 to 5`)."""
    bare = [readings(match["h"]) for match in _ASKED_FOR.finditer(without_dates(text))]
    return times_in(text).union(*bare)


def times_in(text: str) -> frozenset[str]:
    """Every reading of every time in `text`, as `h:mmam`."""
    return frozenset(reading for mention in named_times(text) for reading in mention)


@lru_cache(maxsize=TEXTS_OF_A_REPLY)
def named_times(text: str) -> tuple[Mention, ...]:
    """The times that `text` names, each with its readings."""
    rest = _OFFSET.sub(" ", without_dates(text))
    mentions: list[Mention] = []
    for pattern, read in _FORMS:
        kept: list[str] = []
        position = 0
        for match in pattern.finditer(rest):
            found = [mention for mention in read(match) if mention]
            if found:
                mentions += found
                kept += rest[position : match.start()], "|" * (match.end() - match.start())
                position = match.end()
        rest = "".join(kept) + rest[position:]
    return tuple(mentions)
