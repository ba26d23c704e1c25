"""The dates that a text names, normalised to `Month d` (domain §3).

Read are `March 3`, `Mar. 3rd, 2026`, `March third`, `3 March`, `3rd of March`, `March 3, 4 or 9`,
`3.-5. März`, `2026-03-03`, `3/3/2026`, `3/3 at 2pm`, `3.3.2026`, `9-Mar-2026`, `on the 3rd`, `Friday 6th`,
and the names of the months in seven languages. Where the day may stand before or after the month a mention
has both readings; where the month is left open it has twelve. A weekday alone is not a date; addresses are
not searched.
"""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Final

from lib.drafts.invariants.calendar_words import MONTH_OF, MONTHS, ORDINALS, WEEKDAY
from lib.drafts.invariants.reading import folded
from lib.drafts.invariants.urls import without_urls

Mention = frozenset[str]
"""The readings of one mention; it is as said when any of them is."""

TEXTS_OF_A_REPLY: Final = 8
"""The inbound, the draft and the slots are asked for dates and times by several rules in turn."""
LONGEST: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
SLOTS_COUNTED: Final = 5
"""`the 2nd` may be the second slot; a higher ordinal is a day of the month."""
ROUND_THE_CLOCK: Final = 24
"""`24/7` and `24/5` are no dates."""
_FRACTIONS: Final = frozenset({(1, 2), (1, 3), (2, 3), (1, 4), (3, 4)})

_MONTH: Final = "(?:" + "|".join(sorted(MONTH_OF, key=len, reverse=True)) + r")(?![a-z])\.?"
_WORD: Final = "(?:" + "|".join(sorted(ORDINALS, key=len, reverse=True)).replace("-", r"[\s-]") + r")\b"
_NUMBER: Final = r"\d{1,2}(?:st|nd|rd|th)?"
_DAY: Final = rf"(?:{_NUMBER}|{_WORD})"
_NOT_A_TIME: Final = r"(?![\d%]|[:.]\d|\s*[ap]\.?\s?m\b|\s*o'?\s?clock|\s*(?:uhr|h)\b|h\d)"
_COUNTED: Final = (
    r"(?!\s*%|\s+(?:people|persons?|users?|seats?|teams?|customers?|clients?|companies|more|new|others?"
    r"|percent|minutes?|mins?|hours?|hrs?|days?|weeks?|months?|years?|miles?|km|kilomet\w{2,4}|steps|points"
    r"|pages|licen[cs]es?|options?|slots?|times|of\s+(?:us|them|you|our|your))\b)"
)
_FUNCTION: Final = (
    r"(?:at|works?|both|are|would|is|from|and|or|to|it|then|instead|as|for|with|in|if|please|was|will|suits?"
    r"|sounds?|around|after|before|next|this|um|a|alle|ore|um|we|i|you|until|till|on|by|because|since|so|but"
    r"|should|could|can|has|looks?|fits?|via|over|again|too|unless|when|which|not|isn't|instead|through)\b"
)
_ENDS: Final = rf"(?=\s*(?:$|[.,;:!?()\n@-]|{_FUNCTION}))"
_LIST: Final = r"\s*(?:,\s*(?:and|or)\s|[,/&-]|to\b|through\b|and\b|or\b)\s*(?:the\s+)?"

_NUMBER_ENDS: Final = (
    r"(?=(?:\s*(?:-|or|and|to|&)\s*\d{1,2}/\d{1,2}){0,4}\s*(?:$|[.,;:!?)\n@]"
    r"|(?:at|works?|is|it|instead|then|would|suits?|from|for|please|um|a|alle)\b))"
)
_MONTH_FIRST: Final = re.compile(
    rf"(?P<in>\b(?:in|since|every|each)\s+)?\b(?P<month>{_MONTH})(?:\s*|[-/])(?:the\s+)?(?P<day>{_DAY})"
    rf"{_NOT_A_TIME}{_COUNTED}(?(in){_ENDS})"
    rf"(?P<more>(?:{_LIST}{_DAY}{_NOT_A_TIME}{_ENDS}){{0,6}})(?:,?\s+20\d\d\b)?",
    re.IGNORECASE,
)
_SUFFIX: Final = r"(?:st|nd|rd|th|er|eme|e|o|\.)?"
_DAY_FIRST: Final = re.compile(
    r"(?P<at>\bat\s+)?(?<![\w:./-])"
    rf"(?P<more>(?:\d{{1,2}}{_SUFFIX}\s*(?:-|/|&|(?:and|or|to|und|oder|bis|et|au|al|ou|y|o"
    rf"|e)\b)\s*(?:the\s+)?){{0,6}})"
    rf"(?:(?P<day>\d{{1,2}}){_SUFFIX}(?:\s*|-|/)(?:of\s+|de\s+|di\s+)?|(?P<word>{_WORD})\s+of\s+)"
    rf"(?P<month>{_MONTH})(?!\s+(?:i|we|you|it|be|not|work|suit|also|have|need|still|well|they)\b)"
    r"(?:[,\s-]{1,2}(?:de\s+)?20\d\d\b)?",
    re.IGNORECASE,
)
_ISO: Final = re.compile(r"(?<!\d)20\d\d(?P<sign>[-/.])(?P<month>\d{1,2})(?P=sign)(?P<day>\d{1,2})(?!\d)")
_RUN: Final = re.compile(r"(?<!\w)20[2-4]\d(?P<month>0[1-9]|1[0-2])(?P<day>[0-2]\d|3[01])(?!\w)")
_DOTTED: Final = re.compile(
    r"(?P<said>\b(?:am|vom|zum|den|dem|bis|ab|il|le|el)\s+)?(?<![\d.])(?P<day>\d{1,2})\. ?(?P<month>\d{1,2})"
    r"(?(said)(?:\. ?(?:\d{4}|\d{2})?)?|\. ?(?:\d{4}|\d{2})?)(?!\d|\.\d|[:%])",
    re.IGNORECASE,
)
_NUMERIC: Final = re.compile(
    r"(?P<rated>\b(?:rat\w{0,4}|scor\w{0,3}|split|shared|nearly|over|only|roughly|reviews?|stars?|ratio)\s+"
    r"(?:us\s+|it\s+|at\s+|of\s+)?)?"
    rf"(?:(?P<said>\b(?:on|for|by|until|till|dated?|am|le|el|il|{WEEKDAY}),?\s+)|(?<![\d/$.,]))"
    r"(?P<one>\d{1,2})(?P<sign>[/-])(?P<two>\d{1,2})(?:(?P<year>(?P=sign)(?:\d{4}|\d{2}))|(?!-))(?![\d/%])"
    rf"(?P<at>(?=\s*(?:at|@|um|a\s+las|alle|around)\b))?(?P<ends>{_NUMBER_ENDS})?",
    re.IGNORECASE,
)
_PAIR: Final = re.compile(r"(?<![\d/])(\d{1,2})/(\d{1,2})(?![\d/])")
_OPEN: Final = re.compile(
    rf"(?:\b(?P<said>on|for|by|until|till|from|to|{WEEKDAY}),?\s+)?"
    rf"(?:the\s+|(?<=day\s)|(?<=day,\s)|(?<=(?:mon|tue|wed|thu|fri|sat|sun)\s))"
    rf"(?P<day>\d{{1,2}}(?:st|nd|rd|th)|{_WORD})\b{_ENDS}",
    re.IGNORECASE,
)
_DAY_ALONE: Final = re.compile(
    rf"\b(?:{WEEKDAY}|el(?:\s+dia)?|le|am|il),?\s+(?:(?:the|le|el|il|den)\s+)?(?P<day>\d{{1,2}})\.?"
    r"(?=\s*,?\s*(?:at|@|um|a\s+las?|alle)\s*(?:around\s+)?\d{1,2}(?:[:.h]\d\d|\s*[ap]\.?m\b|\s*(?:uhr"
    r"|h)\b))",
    re.IGNORECASE,
)


def dates_in(text: str) -> frozenset[str]:
    """Every reading of every date in `text`, as `Month d`."""
    return frozenset(reading for mention in named_dates(text) for reading in mention)


def dates_asked_for(text: str) -> frozenset[str]:
    """Every reading of every date in an inbound: also of `10/3`, whatever stands around it."""
    either = (
        frozenset([*_date(int(one), int(two)), *_date(int(two), int(one))])
        for one, two in _PAIR.findall(folded(without_urls(text)))
    )
    return dates_in(text).union(*either)


def named_dates(text: str) -> tuple[Mention, ...]:
    """The dates that `text` names, each with its readings."""
    mentions, _ = _taken_out(text)
    return mentions


def without_dates(text: str) -> str:
    """`text` folded, with addresses and dates blanked, so that their digits are not read as times."""
    _, rest = _taken_out(text)
    return rest


@lru_cache(maxsize=TEXTS_OF_A_REPLY)
def _taken_out(said: str) -> tuple[tuple[Mention, ...], str]:
    text = folded(without_urls(said))
    mentions: list[Mention] = []
    for pattern, read in _READERS:
        rest: list[str] = []
        position = 0
        for match in pattern.finditer(text):
            found = [mention for mention in read(match) if mention]
            if found:
                mentions += found
                rest += text[position : match.start()], "|" * (match.end() - match.start())
                position = match.end()
        text = "".join(rest) + text[position:]
    return tuple(mentions), text


def _date(month: int, day: int) -> Iterator[str]:
    if 1 <= month <= len(MONTHS) and 1 <= day <= LONGEST[month - 1]:
        yield f"{MONTHS[month - 1]} {day}"


def _number(day: str) -> int:
    digits = re.sub(r"\D", "", day)
    return int(digits) if digits else ORDINALS[re.sub(r"\s", "-", day.lower())]


def _worded(match: re.Match[str]) -> list[Mention]:
    month = MONTH_OF[match["month"].rstrip(".").lower()]
    found = match.groupdict()
    if found.get("at"):  # `at 2 May I call?`
        return []
    days = [
        found.get("day") or found["word"],
        *re.findall(rf"{_WORD}|\d+", found["more"] or "", re.IGNORECASE),
    ]
    return [frozenset(_date(month, _number(day))) for day in days]


def _numbered(match: re.Match[str]) -> list[Mention]:
    return [frozenset(_date(int(match["month"]), int(match["day"])))]


def _numeric(match: re.Match[str]) -> list[Mention]:
    """`3/9`: a date when the words around it say so, and not a share, a score or round the clock."""
    one, two = int(match["one"]), int(match["two"])
    plainly = bool(match["year"]) or (match["sign"] == "/" and (match["said"] or match["at"] is not None))
    loosely = match["sign"] == "/" and match["ends"] is not None and not match["rated"]
    if not plainly and not (loosely and (one, two) not in _FRACTIONS and one < ROUND_THE_CLOCK):
        return []
    return [frozenset([*_date(one, two), *_date(two, one)])]


def _open(match: re.Match[str]) -> list[Mention]:
    """`the 9th`: that day of any month, unless it may as well count the offered slots."""
    found = match.groupdict()
    day, said = _number(match["day"]), (found.get("said") or "").lower()
    in_words = not match["day"][0].isdigit()
    counts_slots = not said or (in_words and said not in ("on", "by", "until", "till"))
    if "said" in found and day <= SLOTS_COUNTED and counts_slots:
        return []
    return [frozenset(reading for month in range(1, len(MONTHS) + 1) for reading in _date(month, day))]


_READERS: Final[tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], list[Mention]]], ...]] = (
    (_ISO, _numbered),
    (_RUN, _numbered),
    (_DAY_FIRST, _worded),
    (_MONTH_FIRST, _worded),
    (_DOTTED, _numbered),
    (_NUMERIC, _numeric),
    (_DAY_ALONE, _open),
    (_OPEN, _open),
)
