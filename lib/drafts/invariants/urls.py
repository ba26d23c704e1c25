"""Web addresses in a text, and which of them lead to a scheduler."""

import re
from typing import Final
from urllib.parse import SplitResult, urlsplit

from lib.drafts.invariants.reading import readable

SCHEDULER_NAMES: Final = frozenset(
    {
        "acuityscheduling", "appointlet", "calendly", "chilipiper", "cronify", "doodle", "kalendme",
        "koalendar", "meetergo", "motionapp", "oncehub", "picktime", "savvycal", "scheduleonce", "setmore",
        "simplybook", "squarespacescheduling", "tidycal", "vyte", "youcanbook", "youcanbookme", "zcal",
        "zeeg",
    }
)  # fmt: skip
"""A host with one of these as a label is a scheduler, `calendly.com.example` included."""
_SCHEDULER_HOSTS: Final = re.compile(
    r"(?:^|\.)(?:cal\.com|cal\.read\.ai|meetings-[a-z0-9]+\.hubspot\.com|usemotion\.com/meet)(?:[/:]|$)",
    re.IGNORECASE,
)
_SCHEDULING_LABEL: Final = re.compile(
    r"^(?:book|booking|bookings|schedule|scheduling|scheduler|calendar|meetings|appointments?)$",
    re.IGNORECASE,
)
_SCHEDULING_SEGMENT: Final = re.compile(
    r"^(?:book|bookings?|schedule|scheduling|scheduler|appointments?|meetings?|calendar)"
    r"(?:[-_](?:an?|your|now|us|me|time|with|call|demo|meeting|here|online|slot|link|page)(?:[-_].*)?)?$",
    re.IGNORECASE,
)
_URL: Final = re.compile(r"(?:https?://|www\.)[^\s<>\"'|\[\]{}]+", re.IGNORECASE)
_BARE_SCHEDULER: Final = re.compile(
    r"(?<![\w@./-])(?:[\w-]+\.)*(?:calendly\.com|cal\.com|savvycal\.com|chilipiper\.com|tidycal\.com"
    r"|zcal\.co|calendar\.app\.google)/[^\s<>\"'|\[\]{}]+",
    re.IGNORECASE,
)


def urls_in(text: str) -> tuple[str, ...]:
    """The web addresses in `text`: what begins with http(s):// or `www.`, and a known scheduler's without."""
    shown = readable(text)
    return tuple(_trimmed(match[0]) for match in (*_URL.finditer(shown), *_BARE_SCHEDULER.finditer(shown)))


def without_urls(text: str) -> str:
    """`text` as its reader sees it with the web addresses blanked."""
    return _BARE_SCHEDULER.sub(" ", _URL.sub(" ", readable(text)))


def scheduling_urls(text: str) -> tuple[str, ...]:
    """The web addresses in `text` where a meeting is booked."""
    return tuple(url for url in urls_in(text) if is_scheduling(url))


def is_scheduling(url: str) -> bool:
    """Whether `url` leads to a scheduler: a known one, or a host or path that says so."""
    parts = _split(url)
    if parts is None:
        return False
    labels = parts.netloc.lower().replace("@", ".").split(":")[0].split(".")
    if not SCHEDULER_NAMES.isdisjoint(labels) or any(_SCHEDULING_LABEL.match(label) for label in labels[:-2]):
        return True
    if _SCHEDULER_HOSTS.search(f"{parts.netloc}{parts.path}"):
        return True
    return any(_SCHEDULING_SEGMENT.match(segment) for segment in parts.path.split("/"))


def same_address(url: str, allowed: str) -> bool:
    """Whether `url` is the address `allowed`.

    Scheme, `www.`, a closing slash and the fragment do not matter; a query only where `allowed` has one.
    """
    one, other = _split(_trimmed(readable(url))), _split(_trimmed(readable(allowed)))
    if one is None or other is None:
        return False
    return (
        _host(one) == _host(other)
        and one.path.rstrip("/") == other.path.rstrip("/")
        and (not other.query or one.query == other.query)
    )


def _host(parts: SplitResult) -> str:
    return parts.netloc.lower().removeprefix("www.")


def _split(url: str) -> SplitResult | None:
    """The parts of `url`, or None for what is not an address at all."""
    try:
        return urlsplit(url if "://" in url else f"https://{url}")
    except ValueError:
        return None


def _trimmed(url: str) -> str:
    """`url` without the sentence's own punctuation behind it."""
    url = url.rstrip(".,;:!?*_")
    while url.endswith(")") and url.count(")") > url.count("("):
        url = url[:-1].rstrip(".,;:!?*_")
    return url
