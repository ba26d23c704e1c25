"""How English writes a time of day; what is precise comes before what needs the words around it."""

import re
from typing import Final

from lib.drafts.invariants.calendar_words import WEEKDAY
from lib.drafts.invariants.clock_readings import (
    Form,
    Mention,
    compiled,
    hour_and_minute,
    minutes_of,
    part,
    readings,
)
from lib.drafts.invariants.clock_words import COUNTED, FOLLOWED, HOUR

_START: Final = r"(?<![\w:.,/+$-])"
_HALF: Final = r"\.?\s?m\b\.?"
_NEAR: Final = r"(?:about|around|roughly|approximately|exactly|like|say|maybe|perhaps|circa|ca\.)\s+"
_AT: Final = rf"(?:\bat\s+|@\s?)(?:{_NEAR})?"
LEAD: Final = rf"(?:{_AT}|\b(?:by|around|about|approximately|until|till|from|after|before|past|since)\s+)"
_SAY: Final = (
    r"\b(?:say|make\s+(?:it|that)|(?:how|what)\s+about|how\s+does|how's|let's\s+do"
    r"|(?:earliest|latest|next|first)\s+(?:\w+\s+)?is|(?:booked|scheduled|set|down|confirmed|reserved"
    r"|in|you|us|it)\s+for"
    r"|(?:moved?|push(?:ed)?|changed?|shift(?:ed)?)\s+(?:it\s+|us\s+|this\s+|that\s+)?(?:back\s+)?to)\s+"
)
_ASKED_WHETHER: Final = r"\b(?:does|do|would|is|will|could)\s+"
_SUITS: Final = (
    r"(?=\s+(?:work|suit|ok|okay|good|fine|possible|better|alright|do\b|be\b|fit|on\b|tomorrow|today))"
)
_SMALL: Final = r"(?:five|ten|twenty(?:[\s-]five)?|5|10|20|25)(?:\s+min(?:ute)?s?)?"
_MINUTE_WORDS: Final = r"(?:fifteen|twenty|thirty|forty|fifty)(?:[\s-]five)?|oh[\s-]five"

_RANGE: Final = compiled(
    rf"{_START}(?P<h>\d{{1,2}})(?:[:.](?P<m>[0-5]\d))?\s*(?:-|~|to|until|till|through|and|or|/)\s*"
    rf"(?P<h2>\d{{1,2}})(?:[:.](?P<m2>[0-5]\d))?\s*(?P<half>[ap]){_HALF}"
)
_HALVED: Final = compiled(
    rf"(?:(?<!\w)|(?<=day))(?<!\d[.,])(?P<h>{HOUR})(?:(?:\s?[:.]\s?|\s)?(?P<m>[0-5]\d)(?::\d\d)?)?"
    rf"\s*(?P<half>[ap]){_HALF}"
)
_PART: Final = compiled(
    rf"(?<![\w:.,/$-])(?P<h>{HOUR})(?:[:.](?P<m>[0-5]\d))?(?:\s*o'?\s?clock)?\s+"
    rf"(?:(?:in\s+the|at|tomorrow|{WEEKDAY})\s+(?:late\s+|early\s+)?(?P<part>morning|afternoon|evening"
    rf"|night)"
    r"|(?P<part2>tonight))\b"
)
_PAST: Final = compiled(
    rf"\b(?P<part>half|quarter|{_SMALL})[\s-]+past[\s-]+(?P<h>{HOUR})\b|\b(?P<part2>half"
    rf"|quarter)[\s-]+after\s+(?P<h2>{HOUR})\b"
)
_TO: Final = compiled(
    rf"(?:\b(?:a\s+)?(?P<part>quarter)[\s-]+(?P<way>to|before|till)[\s-]+"
    rf"|{LEAD}(?:a\s+)?(?P<part2>quarter|{_SMALL})[\s-]+(?P<way2>to|before|till|of|after)[\s-]+"
    r"|(?P<part3>(?:five|ten|twenty(?:[\s-]five)?|5|10|20|25)\s+min(?:ute)?s?)\s+(?P<way3>to|before)\s+)"
    rf"(?P<h>{HOUR})\b{COUNTED}"
)
_HALF_HOUR: Final = compiled(
    rf"(?:{LEAD}|{_SAY}|{WEEKDAY},?\s+|\bfor\s+)(?P<part>half)[\s-]+(?P<h>{HOUR}){FOLLOWED}"
)
_SPOKEN: Final = compiled(
    rf"(?<![\w-])(?P<h>{HOUR})[\s-](?P<words>{_MINUTE_WORDS})\b{COUNTED}(?:\s*(?P<half>[ap]){_HALF})?"
)
_CLOCK: Final = compiled(rf"\b(?P<h>{HOUR})(?:[:.](?P<m>[0-5]\d))?\s*o'?\s?clock\b")
_COLON: Final = compiled(
    r"(?<![\d:.+])(?P<h>\d{1,2}):(?P<m>[0-5]\d)(?::[0-5]\d)?(?![\d:])(?!\s*(?:min(?:ute)?s?|sec\w{0,4}"
    r"|ratio)\b)"
)
_RUN: Final = compiled(
    rf"(?:(?:{_AT}|{WEEKDAY},?\s+)(?P<h>[01]\d|2[0-3])(?P<m>[0-5][05])(?:\s?(?:hrs?|hours?|h)\b)?{FOLLOWED}"
    r"|(?<![\w.,$])(?P<h2>[01]\d|2[0-3])(?P<m2>[0-5]\d)\s?(?:hrs?|h|hours\s+(?:on|sharp|cet|gmt|utc|et))\b"
    rf"|(?<![\w.,$-])(?P<h3>[01]\d|2[0-3])(?P<m3>[0-5][05])\s+(?:on\s+)?{WEEKDAY})"
)
_POINT: Final = compiled(
    rf"(?:{LEAD}|\bto\s+|{WEEKDAY},?\s+)(?P<h>\d{{1,2}})\.(?P<m>[0-5]\d)"
    rf"(?![\d%]|[.,]\d|\s?%)(?!\.\d|\s*(?:percent|million|[mkx]\b|eur\b|usd\b|points?\b|stars?\b|per\b))"
)
_NAMED: Final = compiled(r"(?<![\w-])(?P<name>noon(?:ish|time)?|midday|midnight)\b")
_SPAN: Final = compiled(
    rf"(?:\b(?P<lead>between|from)\s+|{LEAD}|\bon\s+|{WEEKDAY},?\s+|\btomorrow,?\s+)(?P<h>{HOUR})\s*"
    rf"(?:-|~|to|and|until|till|or)\s*(?P<h2>{HOUR}){FOLLOWED}"
)
_CUT: Final = compiled(
    rf"(?:{LEAD}|-|\bto\s|(?<![\w.,$])(?=\d{{1,2}}(?::|[ap]-\d)))(?P<h>\d{{1,2}})(?::(?P<m>[0-5]\d))?(?P<half>[ap])\b"
)
_NOT_COUNTED: Final = "".join(
    rf"(?<!\b{word} )"
    for word in ("option", "slot", "number", "room", "plan", "version", "step", "page", "day")
)
_BARE: Final = compiled(
    rf"(?:{_AT}(?P<h>{HOUR})|(?:{LEAD}|{_SAY})(?:{_NEAR})?(?P<h2>(?!one\b){HOUR})){FOLLOWED}"
    rf"|{_ASKED_WHETHER}(?P<h3>(?!one\b){HOUR}){_SUITS}"
    rf"|(?<![\w.,$-]){_NOT_COUNTED}(?<!day )(?P<h4>\d{{1,2}})(?:-?ish\b|(?=\s+it\s+is\b"
    r"|\s+(?:works|suits|sounds\s+good)\b|\s+is\s+(?:fine|good|great|ok|okay|better|best|possible)\b"
    r"|\s+(?:would|will|could)\s+(?:also\s+)?(?:work|suit|be\s+(?:fine|good|great|ok|okay|better|best"
    r"|perfect|possible))\b"
    rf"|(?:\s*(?:,|and|or|&)\s*\d{{1,2}}){{0,4}}\s+(?:is\s+|are\s+)?(?:open|free|available){FOLLOWED}))"
    r"|\b(?:perhaps|maybe|so)\s+(?P<h5>\d{1,2})(?=\s*\?|\s+on\b|(?<=so \d)[.!])"
)


def _range(match: re.Match[str]) -> list[Mention]:
    """Both ends of `11-1pm`: the half belongs to the second, and the first comes before it."""
    half = match["half"].lower()
    first = half
    if int(match["h"]) % 12 > int(match["h2"]) % 12:
        first = "a" if half == "p" else "p"
    return [readings(match["h"], match["m"], first), readings(match["h2"], match["m2"], half)]


def _part(match: re.Match[str]) -> list[Mention]:
    half = "a" if (match["part"] or "").lower() == "morning" else "p"
    return [readings(match["h"], match["m"], half)]


def _past(match: re.Match[str]) -> list[Mention]:
    return [readings(part(match, "h", "h2") or "", minutes_of(part(match, "part", "part2") or ""))]


def _to(match: re.Match[str]) -> list[Mention]:
    minutes = minutes_of(part(match, "part", "part2", "part3") or "")
    after = (part(match, "way", "way2", "way3") or "").lower() == "after"
    return [readings(match["h"], minutes if after else -minutes)]


def _half_hour(match: re.Match[str]) -> list[Mention]:
    return [readings(match["h"], 30)]


def _span(match: re.Match[str]) -> list[Mention]:
    return [readings(match["h"]), readings(match["h2"])]


def _named(match: re.Match[str]) -> list[Mention]:
    return [frozenset({"12:00am" if match["name"].lower() == "midnight" else "12:00pm"})]


PRECISE: Final[tuple[Form, ...]] = (
    (_RANGE, _range),
    (_HALVED, hour_and_minute),
    (_PART, _part),
    (_PAST, _past),
    (_TO, _to),
    (_HALF_HOUR, _half_hour),
    (_SPOKEN, hour_and_minute),
    (_CLOCK, hour_and_minute),
    (_CUT, hour_and_minute),
    (_COLON, hour_and_minute),
)
LOOSE: Final[tuple[Form, ...]] = (
    (_RUN, hour_and_minute),
    (_POINT, hour_and_minute),
    (_NAMED, _named),
    (_SPAN, _span),
    (_BARE, hour_and_minute),
)
