"""Whether an inbound takes one of the offered slots, and which."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from lib.drafts.invariants.dates import dates_in, named_dates
from lib.drafts.invariants.times import named_times, times_in
from lib.drafts.invariants.wording import contains_phrase
from lib.drafts.weekdays import weekdays_in

_YES: Final = re.compile(
    r"\b(?:works?(?:\s+(?:well|great|fine|perfectly))?|sounds\s+(?:good|great|perfect)|perfect|yes|yep|sure|confirm(?:ed)?"
    r"|(?:that|this|it)(?:'s|\s+is)\s+(?:fine|good|great|perfect)|let'?s\s+(?:do|go\s+with|take)|i'?ll\s+take|see\s+you|"
    r"happy\s+with|suits?\s+(?:me|us)|passt|passen|gerne?|einverstanden|perfekt|nehme[n]?|klappt|geht\s+bei|(?:me|nous)\s+convient"
    r"|convient|parfait|d'accord|volontiers|entendu|oui|perfecto|de\s+acuerdo|me\s+(?:va|viene)\s+bien|vale|s[íi])\b",
    re.IGNORECASE,
)
_NO: Final = re.compile(
    r"\b(?:none\s+of\s+(?:these|those|the|them)|neither|(?:don't|doesn't|do\s+not|does\s+not|won't)\s+(?:really\s+)?work"
    r"|not\s+(?:available|free)|unfortunately|instead|other\s+(?:times?|options?|slots?)|leider|keiner\s+der|passt\s+(?:leider\s+)?nicht"
    r"|aucun|malheureusement|ne\s+(?:me\s+)?convien\w+\s+pas|ninguno|lamentablemente|no\s+me\s+(?:va|viene)\s+bien)\b",
    re.IGNORECASE,
)
_ORDINALS: Final = tuple(
    re.compile(rf"\b(?:{words})\b", re.IGNORECASE)
    for words in (
        r"(?:the\s+)?(?:first|1st|former)\s*(?:one|option|slot|time|works|is|would)|option\s+(?:1|one)|(?:den|der)\s+ersten?"
        r"|le\s+premier|la\s+primera|el\s+primero",
        r"(?:the\s+)?(?:second|2nd)\s*(?:one|option|slot|time|works|is|would)|option\s+(?:2|two)|(?:den|der)\s+zweiten?"
        r"|le\s+(?:deuxi[èe]me|second)|la\s+segunda|el\s+segundo",
        r"(?:the\s+)?(?:third|3rd)\s*(?:one|option|slot|time|works|is|would)|option\s+(?:3|three)|(?:den|der)\s+dritten?"
        r"|le\s+troisi[èe]me|la\s+tercera|el\s+tercero",
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptedSlot:
    """What an inbound says to an offer."""

    said: bool
    """Whether it accepts something that was offered."""
    index: int | None
    """The slot it takes, from 0; None when that is not certain."""
    refused_all: bool
    """Whether it says that what was offered does not suit."""


NOTHING: Final = AcceptedSlot(said=False, index=None, refused_all=False)


def accepted_slot(text: str, slots: tuple[str, ...]) -> AcceptedSlot:
    """What `text` says to the offered `slots`; without slots there is nothing to accept.

    A slot is taken when its whole phrase is repeated, when it is the only one that fits every day, date and
    time named, when it is counted out (`the second one`), or when it was the only offer and the answer is yes.
    """
    if not slots:
        return NOTHING
    if (exact := _only(i for i, slot in enumerate(slots) if contains_phrase(text, slot))) is not None:
        return AcceptedSlot(said=True, index=exact, refused_all=False)
    fitting = [i for i, slot in enumerate(slots) if _fits(text, slot)]
    if fitting and not _refuses(text):
        return AcceptedSlot(said=True, index=_only(iter(fitting)), refused_all=False)
    if _NO.search(text):
        return AcceptedSlot(said=False, index=None, refused_all=True)
    counted = _only(i for i, ordinal in enumerate(_ORDINALS[: len(slots)]) if ordinal.search(text))
    if counted is not None:
        return AcceptedSlot(said=True, index=counted, refused_all=False)
    if _YES.search(text) and not _names_a_point(text):
        return AcceptedSlot(said=True, index=0 if len(slots) == 1 else None, refused_all=False)
    return NOTHING


def _fits(text: str, slot: str) -> bool:
    """Whether `text` names a day, date or time and `slot` has everything that it names."""
    named = [(mention, times_in(slot)) for mention in named_times(text)]
    named += [(mention, dates_in(slot)) for mention in named_dates(text)]
    named += [(frozenset({day}), frozenset(weekdays_in(slot))) for day in weekdays_in(text)]
    return bool(named) and all(not mention.isdisjoint(has) for mention, has in named)


def _refuses(text: str) -> bool:
    return _NO.search(text) is not None and _YES.search(_NO.sub(" ", text)) is None


def _names_a_point(text: str) -> bool:
    return bool(named_times(text) or named_dates(text) or weekdays_in(text))


def _only(found: Iterable[int]) -> int | None:
    indexes = list(found)
    return indexes[0] if len(indexes) == 1 else None
