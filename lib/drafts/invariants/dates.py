"""The dates that a text names, normalised to `Month d` (domain §3).

Read are `March 3`, `Mar. 3rd, 2026`, `3 March`, `3rd of March`, `March 3 or 4`, `2026-03-03`, `3/3/2026`,
`on 3/3`, `3.3.2026`, `on the 3rd`, and the names of the months in English, German, French and Spanish. Where
the day may stand before or after the month a mention has both readings; where the month is left open it has
twelve. A weekday alone is not a date.
"""

import re
from collections.abc import Callable, Iterator
from typing import Final

from lib.drafts.invariants.wording import plain

Mention = frozenset[str]
"""The readings of one mention; it is as said when any of them is."""

MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
LONGEST: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

_NAMES: Final = (
    "january jan januar janvier enero jänner",
    "february feb februar février febrero",
    "march mar märz maerz mars marzo",
    "april apr avril abril",
    "may mai mayo",
    "june jun juni juin junio",
    "july jul juli juillet julio",
    "august aug août agosto",
    "september sept sep septembre septiembre",
    "october oct oktober okt octobre octubre",
    "november nov novembre noviembre",
    "december dec dezember dez décembre diciembre",
)
_MONTH_OF: Final = {name: month for month, names in enumerate(_NAMES, 1) for name in names.split()}
_MONTH: Final = "(?:" + "|".join(sorted(_MONTH_OF, key=len, reverse=True)) + r")\b\.?"
_WEEKDAY: Final = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b\.?"
_DAY: Final = r"\d{1,2}(?:st|nd|rd|th)?"
_NOT_A_TIME: Final = r"(?![\d%]|[:.]\d|\s*[ap]\.?m\b|\s*o'?clock)"
_LIST_END: Final = r"(?=\s*(?:$|[.,;!?)\n]|(?:at|works?|both|are|would|is|from)\b))"

_MONTH_FIRST: Final = re.compile(
    rf"\b(?P<month>{_MONTH})\s*(?:the\s+)?(?P<day>{_DAY}){_NOT_A_TIME}"
    rf"(?:\s*(?:-|to|through|and|or|&)\s*(?P<more>{_DAY}){_NOT_A_TIME}{_LIST_END})?"
    r"(?:,?\s+20\d\d\b)?",
    re.IGNORECASE,
)
_DAY_FIRST: Final = re.compile(
    rf"(?<![\w:./-])(?P<day>\d{{1,2}})(?:st|nd|rd|th|er|\.)?\s*(?:of\s+|de\s+)?(?P<month>{_MONTH})"
    r"(?:,?\s+(?:de\s+)?20\d\d\b)?",
    re.IGNORECASE,
)
_ISO: Final = re.compile(r"(?<!\d)20\d\d-(?P<month>\d\d)-(?P<day>\d\d)(?!\d)")
_DOTTED: Final = re.compile(r"(?<![\d.])(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?:\d{4}|\d{2})?(?![\d.])")
_SLASHED: Final = re.compile(
    rf"(?:(?P<said>\b(?:on|for|by|until|from|{_WEEKDAY}),?\s+)|(?<![\d/]))"
    r"(?P<one>\d{1,2})/(?P<two>\d{1,2})(?P<year>/(?:\d{4}|\d{2}))?(?![\d/])(?P<at>\s+at\s+\d)?",
    re.IGNORECASE,
)
_OPEN: Final = re.compile(
    rf"\b(?:on|for|by|until|{_WEEKDAY},?)\s+the\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)\b{_LIST_END}",
    re.IGNORECASE,
)


def dates_in(text: str) -> frozenset[str]:
    """Every reading of every date in `text`, as `Month d`."""
    return frozenset(reading for mention in named_dates(text) for reading in mention)


def named_dates(text: str) -> tuple[Mention, ...]:
    """The dates that `text` names, each with its readings."""
    mentions, _ = _taken_out(plain(text))
    return mentions


def without_dates(text: str) -> str:
    """`text` in its plain form with the dates blanked, so that their digits are not read as times."""
    _, rest = _taken_out(plain(text))
    return rest


def _taken_out(text: str) -> tuple[tuple[Mention, ...], str]:
    mentions: list[Mention] = []
    for pattern, read in _READERS:
        for match in pattern.finditer(text):
            found = [mention for mention in read(match) if mention]
            if found:
                mentions += found
                text = text[: match.start()] + "|" * (match.end() - match.start()) + text[match.end() :]
    return tuple(mentions), text


def _date(month: int, day: int) -> Iterator[str]:
    if 1 <= month <= len(MONTHS) and 1 <= day <= LONGEST[month - 1]:
        yield f"{MONTHS[month - 1]} {day}"


def _worded(match: re.Match[str]) -> list[Mention]:
    month = _MONTH_OF[match["month"].rstrip(".").lower()]
    days = [match["day"], match.groupdict().get("more")]
    return [frozenset(_date(month, int(re.sub(r"\D", "", day)))) for day in days if day]


def _numbered(match: re.Match[str]) -> list[Mention]:
    return [frozenset(_date(int(match["month"]), int(match["day"])))]


def _slashed(match: re.Match[str]) -> list[Mention]:
    if not (match["said"] or match["year"] or match["at"]):
        return []
    one, two = int(match["one"]), int(match["two"])
    return [frozenset([*_date(one, two), *_date(two, one)])]


def _open(match: re.Match[str]) -> list[Mention]:
    return [
        frozenset(
            reading for month in range(1, len(MONTHS) + 1) for reading in _date(month, int(match["day"]))
        )
    ]


_READERS: Final[tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], list[Mention]]], ...]] = (
    (_ISO, _numbered),
    (_DAY_FIRST, _worded),
    (_MONTH_FIRST, _worded),
    (_DOTTED, _numbered),
    (_SLASHED, _slashed),
    (_OPEN, _open),
)
