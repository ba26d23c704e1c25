"""Where meetings are booked on the web: the well-known schedulers, and addresses that say so themselves."""

import re
from typing import Final
from urllib.parse import unquote

NAMES: Final = frozenset(
    {
        "10to8", "acuityscheduling", "appointlet", "appointy", "arrangr", "bookafy", "bookeo", "booksy",
        "bookwhen", "calendarhero", "calendly", "calenso", "chilipiper", "cituro", "cronify", "doodle",
        "etermin", "fantastical", "freebusy", "harmonizely", "kalendme", "koalendar", "leadconnectorhq",
        "lemcal", "meetergo", "meetfox", "meetme", "morgen", "motionapp", "neetocal", "oncehub", "picktime",
        "reclaim", "revenuehero", "savvycal", "schedulehero", "scheduleonce", "setmore", "simplybook",
        "simplymeet", "sprintful", "squarespacescheduling", "superpeer", "terminland", "tidycal", "timetap",
        "timetrade", "timify", "trafft", "tucalendi", "undock", "vcita", "vimcal", "vyte",
        "whatisavailable", "when2meet", "youcanbook", "youcanbookme", "zcal", "zeeg", "zencal",
        "zohobookings",
    }
)  # fmt: skip
"""A host with one of these as a label is a scheduler, `calendly.com.example` included."""
_DOMAINS: Final = re.compile(
    r"(?:^(?:[^/]*[.@])?|//(?:www\.)?|[=@](?:www\.)?)(?:cal\.com|cal\.read\.ai|calendar\.app\.google"
    r"|usemotion\.com/meet|meetings(?:-[a-z0-9]+)?\.hubspot"
    r"\.com|app\.hubspot\.com/meetings|apollo\.io/(?:#/)?meet|pipedrive\.com/scheduler"
    r"|scheduler\.zoom\.us|zoom\.us/zbook"
    r"|drift\.me|cal\.mixmax\.com|calendar\.notion\.so|notion\.so/meet|bookings\.zoho\.[a-z]+"
    r"|appoint\.ly|evy\.io"
    r"|outlook\.office(?:365)?\.com/bookwithme|squareup\.com/appointments|getclockwise\.com/c"
    r"|front\.com/meet|x\.ai/calendar|salesloft\.com/meet)(?=[/.:?#]|$)",
    re.IGNORECASE,
)
_NAMED: Final = re.compile(
    r"(?:^|//(?:www\.)?|[=@](?:www\.)?)(?:" + "|".join(sorted(NAMES)) + r")\.[a-z]{2,10}(?=[/:?#&.]|$)",
    re.IGNORECASE,
)
_LABEL: Final = re.compile(
    r"^(?:book|bookings?|booknow|schedule|schedules|scheduling|scheduler|calendar|calendars|cal|meetings"
    r"|appointments?|termine?|buchen|buchung|rdv|agenda|citas?|reserv(?:e|as?|ation|ations|ieren)|prenota)$"
)
_SEGMENT: Final = re.compile(
    r"^(?:book|bookings?|booknow|schedule|scheduling|scheduler|appointments?|meetings?|calendar|reserve"
    r"|reservations?|termin|termine|terminbuchung|rdv|citas?)"
    r"(?:[-_](?:an?|your|now|us|me|my|time|with|call|chat|demo|meeting|here|online|slot|link|page|in"
    r"|intro|consult\w*|session|appointment|discovery|strategy)(?:[-_].*)?)?$"
    r"|^(?:request|set-?up|get|arrange|plan|pick|choose|select|find)[-_](?:a[-_])?(?:call|meeting|time"
    r"|slot|appointment)(?:[-_].*)?$"
)


def is_scheduler(host: str, path: str, rest: str) -> bool:
    """Whether an address leads to a scheduler: by its host, its path, or an address within `rest`, its query.

    All three in lower case; percent signs are read as browsers do, twice over.
    """
    labels = host.replace("@", ".").split(":")[0].strip(".").split(".")
    if not NAMES.isdisjoint(labels) or any(_LABEL.match(label) for label in labels[:-2]):
        return True
    whole = unquote(unquote(f"{host}{path}{rest}"))
    if _DOMAINS.search(whole) or _NAMED.search(whole):
        return True
    return any(_SEGMENT.match(segment) for segment in unquote(path).split("/"))
