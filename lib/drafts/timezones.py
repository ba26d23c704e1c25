"""The time zone that a text names."""

import re
from typing import Final
from zoneinfo import available_timezones

_ABBREVIATIONS: Final = {
    "America/New_York": "ET EST EDT",
    "America/Chicago": "CT CDT",
    "America/Denver": "MT MDT",
    "America/Los_Angeles": "PT PST PDT",
    "Europe/London": "BST",
    "Europe/Berlin": "CET CEST MEZ MESZ",
    "Europe/Athens": "EET EEST",
    "Asia/Tokyo": "JST",
    "Australia/Sydney": "AEST AEDT",
    "UTC": "UTC GMT",
}
"""Those that mean one zone wherever they are written; IST and CST do not and are left out."""
_PLACES: Final = {
    "Eastern": "America/New_York",
    "New York": "America/New_York",
    "Central": "America/Chicago",
    "Chicago": "America/Chicago",
    "Mountain": "America/Denver",
    "Pacific": "America/Los_Angeles",
    "London": "Europe/London",
    "UK": "Europe/London",
    "Berlin": "Europe/Berlin",
    "German": "Europe/Berlin",
    "Paris": "Europe/Paris",
    "Madrid": "Europe/Madrid",
    "Zurich": "Europe/Zurich",
    "Tokyo": "Asia/Tokyo",
    "Sydney": "Australia/Sydney",
}
_ZONE_OF: Final = {short: zone for zone, shorts in _ABBREVIATIONS.items() for short in shorts.split()}
_IANA: Final = re.compile(
    r"\b(?:Africa|America|Asia|Atlantic|Australia|Europe|Pacific)/[A-Za-z_]+(?:/[A-Za-z_]+)?\b"
)
_SHORT: Final = re.compile(
    r"(?:\d|\d ?[ap]\.?m\.?|noon|\()\s?(?P<short>" + "|".join(_ZONE_OF) + r")\b", re.IGNORECASE
)
_PLACE: Final = re.compile(r"\b(?P<place>" + "|".join(_PLACES) + r")\s+(?:standard\s+)?time\b", re.IGNORECASE)


def timezone_in(text: str) -> str | None:
    """The IANA name of the zone that `text` names; None when it names none or an ambiguous one."""
    for match in _IANA.finditer(text):
        if match[0] in available_timezones():
            return match[0]
    if short := _SHORT.search(text):
        return _ZONE_OF[short["short"].upper()]
    if place := _PLACE.search(text):
        return next(zone for name, zone in _PLACES.items() if name.lower() == place["place"].lower())
    return None
