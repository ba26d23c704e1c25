"""Web addresses in a text, and which of them lead to a scheduler."""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, parse_qsl, urlsplit

from lib.drafts.invariants.reading import folded, readable
from lib.drafts.invariants.schedulers import is_scheduler

AROUND: Final = 120
"""How many characters before and behind an address tell what it is for."""
_REST: Final = r"[^\s<>\"'|\[\]{}]"
_URL: Final = re.compile(rf"(?:https?:[/\\]{{1,3}}|www\.){_REST}+", re.IGNORECASE)
_BARE: Final = re.compile(
    rf"(?<![\w@.-])(?<!\w/)(?:[\w-]{{1,63}}\.){{1,8}}[a-z]{{2,24}}(?![\w@-])(?::\d{{1,5}})?(?:[/?]{_REST}*)?",
    re.IGNORECASE,
)
_BROKEN_HOST: Final = re.compile(
    r"(https?://[^\s<>/]{0,100}(?:[./-]|(?<=//)))\s(?=[a-z0-9-]{1,63}[./])", re.IGNORECASE
)
_DOT: Final = re.compile(
    r"(?<=\w)\s?[\[({]\s?(?:dot|\.)\s?[\])}]\s?(?=\w)|(?<=\w)\s+dot\s+(?=(?:com|io|co|me|us)\b)",
    re.IGNORECASE,
)
_SCHEME: Final = re.compile(r"\bhxxp(s?):", re.IGNORECASE)
_PASSING: Final = re.compile(
    r"^(?:utm_\w+|month|date|back|from|ref|source|fbclid|gclid|hide_\w+|embed_\w+|tz|timezone|lang|locale)$",
    re.IGNORECASE,
)
"""Parts of a query that don't change whose page it is."""
_DEFAULT_PORT: Final = re.compile(r":(?:80|443)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedUrl:
    """A web address where it stands in a text."""

    url: str
    """As written, without the sentence's own punctuation."""
    before: str
    """What stands before it, `AROUND` characters at most."""
    behind: str
    """What stands behind it, as many."""


def addressed(text: str) -> str:
    """`text` as its reader sees it, with addresses that are broken or spelt out made whole again."""
    shown = _SCHEME.sub(r"http\1:", _DOT.sub(".", readable(text).replace("\u3002", ".")))
    return _BROKEN_HOST.sub(r"\1", shown)


def placed_urls(text: str) -> tuple[PlacedUrl, ...]:
    """The web addresses in `text` with what stands around them.

    They begin with http(s):// or `www.`; a scheduler's counts without.
    """
    shown = addressed(text)
    rest = _URL.sub(lambda match: " " * len(match[0]), shown)
    bare = [match for match in _BARE.finditer(rest) if _is_bare_scheduler(match[0])]
    return tuple(
        PlacedUrl(
            url=_trimmed(match[0]),
            before=shown[max(0, match.start() - AROUND) : match.start()],
            behind=shown[match.end() : match.end() + AROUND],
        )
        for match in (*_URL.finditer(shown), *bare)
    )


def urls_in(text: str) -> tuple[str, ...]:
    """The web addresses in `text`."""
    return tuple(placed.url for placed in placed_urls(text))


def without_urls(text: str) -> str:
    """`text` as its reader sees it with the web addresses blanked."""
    return _BARE.sub(
        lambda match: " " if _is_bare_scheduler(match[0]) else match[0], _URL.sub(" ", addressed(text))
    )


def scheduling_urls(text: str) -> tuple[str, ...]:
    """The web addresses in `text` where a meeting is booked."""
    return tuple(url for url in urls_in(text) if is_scheduling(url))


def is_scheduling(url: str) -> bool:
    """Whether `url` leads to a scheduler: a known one, or a host or path that says so."""
    parts = _split(folded(url))
    if parts is None:
        return False
    host, path = parts.netloc.lower(), parts.path.lower()
    return is_scheduler(host, path, f"{parts.query and '?'}{parts.query}#{parts.fragment}".lower())


def same_address(url: str, allowed: str) -> bool:
    """Whether `url` is the address `allowed`.

    Scheme, `www.`, a closing slash and the fragment do not matter; a query only where `allowed` has one that
    says more than where somebody came from or which month is shown.
    """
    one, other = _split(_trimmed(readable(url))), _split(_trimmed(readable(allowed)))
    if one is None or other is None:
        return False
    return (
        _host(one) == _host(other)
        and one.path.rstrip("/") == other.path.rstrip("/")
        and (not _telling(other.query) or _telling(one.query) == _telling(other.query))
    )


def _is_bare_scheduler(url: str) -> bool:
    """Whether an address without a scheme is one: a product's name with a dot (`Calendly.com`) is none."""
    trimmed = _trimmed(url)
    return ("/" in trimmed or trimmed.count(".") > 1) and is_scheduling(trimmed)


def _telling(query: str) -> tuple[tuple[str, str], ...]:
    """The parts of a query that make it another page."""
    return tuple(
        sorted(one for one in parse_qsl(query, keep_blank_values=True) if not _PASSING.match(one[0]))
    )


def _host(parts: SplitResult) -> str:
    return _DEFAULT_PORT.sub("", parts.netloc.lower()).rstrip(".").removeprefix("www.")


def _split(url: str) -> SplitResult | None:
    """The parts of `url`, or None for what is not an address at all."""
    straight = re.sub(r"^(https?):/*", r"\1://", url.replace("\\", "/"), flags=re.IGNORECASE)
    try:
        return urlsplit(straight if "://" in straight.split("?")[0] else f"https://{straight}")
    except ValueError:
        return None


def _trimmed(url: str) -> str:
    """`url` without the sentence's own punctuation behind it."""
    url = url.rstrip(".,;:!?*_`~")
    while url.endswith(")") and url.count(")") > url.count("("):
        url = url[:-1].rstrip(".,;:!?*_`~")
    return url
