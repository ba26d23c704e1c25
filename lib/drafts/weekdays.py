"""The weekdays that a text names, in the languages that Everytick answers in."""

import re
from typing import Final

from lib.drafts.invariants.wording import plain

_NAMES: Final = {
    "Monday": "monday mon montag lundi lunes",
    "Tuesday": "tuesday tue tues dienstag mardi martes",
    "Wednesday": "wednesday wed mittwoch mercredi miércoles miercoles",
    "Thursday": "thursday thu thur thurs donnerstag jeudi jueves",
    "Friday": "friday fri freitag vendredi viernes",
    "Saturday": "saturday samstag sonnabend samedi sábado sabado",
    "Sunday": "sunday sonntag dimanche domingo",
}
WEEKDAYS: Final = frozenset(_NAMES)
_DAY_OF: Final = {name: day for day, names in _NAMES.items() for name in names.split()}
_DAY: Final = re.compile(
    r"\b(?P<day>" + "|".join(sorted(_DAY_OF, key=len, reverse=True)) + r")s?\b", re.IGNORECASE
)


def weekdays_in(text: str) -> tuple[str, ...]:
    """The weekdays of `text` by their English names, in order, each once."""
    return tuple(dict.fromkeys(_DAY_OF[match["day"].lower()] for match in _DAY.finditer(plain(text))))
