"""Until when somebody is away, where an absence note says so."""

import re
from datetime import date, timedelta
from typing import Final

from lib.drafts.invariants.wording import plain

READ: Final = 4_000
"""Characters that are looked at."""
WINDOW: Final = 48
"""Characters after a cue in which its date stands: a weekday may come before it."""
LONGEST: Final = timedelta(days=400)
"""No absence lasts longer; a later date is a misreading."""

_MONTHS: Final = (
    "january jan januar janvier enero gennaio januari janeiro",
    "february feb februar février fevrier febrero febbraio februari fevereiro",
    "march mar märz maerz mars marzo maart março marco",
    "april apr avril abril aprile",
    "may mai mayo maggio mei maio",
    "june jun juni juin junio giugno junho",
    "july jul juli juillet julio luglio julho",
    "august aug août aout agosto augustus",
    "september sept sep septembre septiembre settembre setembro",
    "october oct oktober okt octobre octubre ottobre outubro",
    "november nov novembre noviembre novembro",
    "december dec dezember dez décembre diciembre dicembre dezembro",
)
_MONTH_OF: Final = {name: month for month, names in enumerate(_MONTHS, 1) for name in names.split()}
_NAME: Final = "(?P<name>" + "|".join(sorted(_MONTH_OF, key=len, reverse=True)) + r")\b\.?"
_YEAR: Final = r"(?:,?\s+(?:de\s+|del\s+)?(?P<year>20\d\d)\b)?"

_ENGLISH: Final = r"until|till|through|back|returning|return|returns"
_CUE: Final = re.compile(
    rf"\b(?:(?P<english>{_ENGLISH})|bis|wieder|zurück|zurueck|ab|jusqu'au|jusqu'à|retour|à\s+partir"
    rf"|hasta|de\s+vuelta"
    r"|regres\w+|vuelv\w+|a\s+partir|fino|rientr\w+|torn\w+|tot|t/m|vanaf|terug|até|retorn\w+|volt\w+)\b",
    re.IGNORECASE,
)
_ISO: Final = re.compile(r"(?P<year>20\d\d)-(?P<month>\d\d)-(?P<day>\d\d)(?!\d)")
_DOTTED: Final = re.compile(r"(?<!\d)(?P<day>\d{1,2})\.\s?(?P<month>\d{1,2})\.\s?(?P<year>20\d\d)?")
_SLASHED: Final = re.compile(r"(?<!\d)(?P<day>\d{1,2})[/-](?P<month>\d{1,2})(?:[/-](?P<year>20\d\d))?(?!\d)")
_DAY_FIRST: Final = re.compile(
    rf"(?<!\d)(?P<day>\d{{1,2}})(?:st|nd|rd|th|er|º|\.)?\s+(?:of\s+|de\s+)?{_NAME}{_YEAR}", re.IGNORECASE
)
_MONTH_FIRST: Final = re.compile(
    rf"\b{_NAME}\s+(?:the\s+)?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?!\d){_YEAR}", re.IGNORECASE
)


def away_until(text: str, written: date) -> date | None:
    """The day on which the absence that `text` tells of ends; None when it names none that can be read.

    Whether it is the last day away or the first one back is as the note says. A date without a year is the
    next one from the day on which it was `written`; one that may be read in two ways is none.
    """
    ends = []
    for cue in _CUE.finditer(plain(text[:READ])):
        window = cue.string[cue.end() : cue.end() + WINDOW].partition("\n\n")[0]
        found = _first_date(window, written, english=cue["english"] is not None)
        if found is not None and written - timedelta(days=1) <= found <= written + LONGEST:
            ends.append(found)
    return max(ends, default=None)


def _first_date(window: str, written: date, *, english: bool) -> date | None:
    matches = [
        match
        for pattern in (_ISO, _DAY_FIRST, _MONTH_FIRST, _DOTTED, _SLASHED)
        if (match := pattern.search(window))
    ]
    if not matches:
        return None
    first = min(matches, key=lambda match: match.start())
    parts = first.groupdict()
    month = _MONTH_OF[parts["name"].lower()] if "name" in parts else int(parts["month"])
    day = int(parts["day"])
    if first.re is _SLASHED and english:
        if month != day and max(month, day) <= len(_MONTHS):
            return None
        day, month = (month, day) if month > len(_MONTHS) else (day, month)
    return _dated(parts["year"], month, day, written)


def _dated(year: str | None, month: int, day: int, written: date) -> date | None:
    years = [int(year)] if year else [written.year, written.year + 1]
    for one in years:
        try:
            found = date(one, month, day)
        except ValueError:
            continue
        if year or found >= written - timedelta(days=1):
            return found
    return None
