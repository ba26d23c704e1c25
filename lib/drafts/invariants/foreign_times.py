"""How German, French, Spanish and Italian write a time of day, folded: `à` stands there as `@`."""

import re
from typing import Final

from lib.drafts.invariants.calendar_words import WEEKDAY
from lib.drafts.invariants.clock_readings import (
    Form,
    Mention,
    compiled,
    hour_and_minute,
    readings,
)
from lib.drafts.invariants.clock_words import FOREIGN_HOUR

_UNSTRESSED: Final = r"(?![\d%]|[.,]\d|\s?%)"

_UHR: Final = compiled(
    rf"(?<![\w:.])(?:(?P<h2>{FOREIGN_HOUR})\s*(?:-|bis|oder|und)\s*)?(?P<h>{FOREIGN_HOUR})(?:[:.](?P<m>[0-5]\d))?\s*uhr\b"
    r"(?:\s+(?P<m2>[0-5]\d)\b)?"
)
_VOR: Final = compiled(
    rf"\b(?P<words>halb|viertel)\s+(?:(?P<way>vor|nach)\s+)?(?P<h>{FOREIGN_HOUR})(?:\s+uhr)?\b"
)
_H: Final = compiled(r"(?<![\w:.])(?P<h>\d{1,2})\s?h\s?(?P<m>[0-5]\d)\b")
_HEURES: Final = compiled(
    rf"(?:@\s?|\b(?:a|a las?|vers|sobre las|las|des|de|entre|et|jusqu'@|{WEEKDAY},?)\s+)"
    rf"(?P<h>(?:1\d|2[0-3]|[7-9])(?=\s?h)|(?!\d){FOREIGN_HOUR}(?=\s+h))\s?h(?:eures?|oras?|s|rs)?\b"
    r"(?!\s+(?:call|workshop|session|window|trial|day))"
    r"(?:\s+(?P<words>et\s+demie|et\s+quart|moins\s+le\s+quart))?"
)
_H_ALONE: Final = compiled(
    r"(?<![\w:.,$-])(?<!\bin )(?<!\bthe )(?<!\ba )(?<!\ban )(?<!\bfor )(?<!\bof )(?<!\bper )(?<!\b"
    r"last )(?<!\bevery )"
    r"(?<!\bwithin )(?<!\bunder )(?<!\bthan )(?<!\ben )(?<!\bsous )(?<!\bdans )(?<!\bles )(?P<h>1\d"
    r"|2[0-3]|[7-9])\s?h"
    r"(?=\s*(?:$|[.,;!?)\n]|(?:le|ce|si|pour|on|works?|is|it|would|instead|et|ou|peut|me|nous|demain"
    r"|s'il)\b)"
    rf"|\s+{WEEKDAY})"
)
_FOREIGN: Final = compiled(
    rf"(?:@\s?|\b(?:vers|a\s+las?|sobre\s+las|las|alle|ore|um|gegen)\s+)(?P<h>{FOREIGN_HOUR})\b"
    r"(?:\s?h(?:eures?|oras?|s)?\b)?(?:\s+(?P<words>(?:et|y|e)\s+(?:demie|quart|media|cuarto|mezz[ao]"
    r"|un\s+quarto)|moins\s+le\s+quart|menos\s+cuarto|meno\s+un\s+quarto))?"
    rf"{_UNSTRESSED}(?![\w:]|\s+[a-z]{{3,}}(?<!\bund)(?<!\bmit)(?<!\bbei)(?<!\boder)(?<!\bpara)(?<!\bcon))"
)
_POINT: Final = compiled(
    r"\b(?:um|gegen|ab|bis|alle|ore|a\s+las)\s+(?P<h>\d{1,2})\.(?P<m>[0-5]\d)\b(?!\.\d|\s*(?:%|prozent"
    r"|eur\b|euro))"
)
_NAMED: Final = compiled(
    r"(?<![\w-])(?<!apres )(?P<name>mediodia|medianoche|midi|minuit|mezzogiorno"
    r"|mezzanotte|mittags|mitternacht)\b"
)
_MIDNIGHT: Final = frozenset({"medianoche", "minuit", "mezzanotte", "mitternacht"})


def _uhr(match: re.Match[str]) -> list[Mention]:
    first = [readings(match["h2"])] if match["h2"] else []
    return [*first, readings(match["h"], match["m"] or match["m2"])]


def _vor(match: re.Match[str]) -> list[Mention]:
    """`halb drei` is 2:30, `Viertel vor drei` 2:45, `Viertel nach drei` 3:15."""
    words, way = match["words"].lower(), (match["way"] or "").lower()
    if (words == "viertel") != bool(way):
        return []
    minutes = -30 if words == "halb" else 15 if way == "nach" else -15
    return [readings(match["h"], minutes)]


def _named(match: re.Match[str]) -> list[Mention]:
    return [frozenset({"12:00am" if match["name"].lower() in _MIDNIGHT else "12:00pm"})]


FOREIGN: Final[tuple[Form, ...]] = (
    (_VOR, _vor),
    (_UHR, _uhr),
    (_H, hour_and_minute),
    (_HEURES, hour_and_minute),
    (_H_ALONE, hour_and_minute),
    (_POINT, hour_and_minute),
    (_FOREIGN, hour_and_minute),
    (_NAMED, _named),
)
