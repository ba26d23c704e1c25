"""Whether an inbound takes one of the offered slots, and which."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from lib.drafts.invariants.dates import dates_in, named_dates
from lib.drafts.invariants.times import named_times, times_in
from lib.drafts.invariants.wording import contains_phrase
from lib.drafts.weekdays import weekdays_in

_YES: Final = re.compile(
    r"\b(?:works?(?:\s+(?:well|great|fine|perfectly))?|sounds\s+(?:good|great|perfect)|perfect|yes|yep"
    r"|sure|confirm(?:ed)?"
    r"|(?:that|this|it)(?:'s|\s+is)\s+(?:fine|good|great|perfect)|let'?s\s+(?:do|go\s+with|take)"
    r"|i'?ll\s+take|see\s+you|"
    r"happy\s+with|suits?\s+(?:me|us)|passt|passen|gerne?|einverstanden|perfekt|nehme[n]?|klappt"
    r"|geht\s+bei|(?:me|nous)\s+convient"
    r"|convient|parfait|d'accord|volontiers|entendu|oui|perfecto|de\s+acuerdo|me\s+(?:va|viene)\s+bien"
    r"|vale|s[íi])\b",
    re.IGNORECASE,
)
_NO: Final = re.compile(
    r"\b(?:none\s+of\s+(?:these|those|the|them)|neither|(?:don't|doesn't|do\s+not|does\s+not"
    r"|won't)\s+(?:really\s+)?work"
    r"|not\s+(?:\w+\s+)?(?:available|free|good|great|ideal|possible|convenient|suitable)|unfortunately|instead|other\s+(?:times?|options?|slots?)|leider"
    r"|keiner\s+der|passt\s+(?:\w+\s+){0,2}nicht"
    r"|aucun|malheureusement|ne\s+(?:me\s+)?convien\w+\s+pas|ninguno|lamentablemente|no\s+me\s+(?:va"
    r"|viene)\s+bien)\b",
    re.IGNORECASE,
)
_COUNTED: Final = r"\s*(?:one|option|slot|time|works|is|would)"
_ORDINALS: Final = tuple(
    re.compile(rf"\b(?:{words})\b", re.IGNORECASE)
    for words in (
        rf"(?:first|1st|former){_COUNTED}|option\s+(?:1|one)|(?:den|der)\s+ersten?|le\s+premier|(?:la|el)\s+primer[ao]",
        rf"(?:second|2nd){_COUNTED}|option\s+(?:2|two)|(?:den|der)\s+zweiten?|le\s+deuxi[èe]me|(?:la|el)\s+segund[ao]",
        rf"(?:third|3rd){_COUNTED}|option\s+(?:3|three)|(?:den|der)\s+dritten?|le\s+troisi[èe]me|(?:la|el)\s+tercer[ao]",
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
    time named, when it is counted out (`the second one`), or when it was the only offer and the answer is
    yes. A yes that fits several or none names no slot.
    """
    if not slots:
        return NOTHING
    repeated = [i for i, slot in enumerate(slots) if contains_phrase(text, slot)]
    if len(repeated) == 1 and not _refuses(text):
        return _accepts(repeated)
    fitting = [i for i, slot in enumerate(slots) if _fits(text, slot)]
    counted = [i for i, ordinal in enumerate(_ORDINALS[: len(slots)]) if ordinal.search(text)]
    if fitting and not _refuses(text):
        return _accepts(sorted({*fitting, *counted}))
    if _NO.search(text):
        return AcceptedSlot(said=False, index=None, refused_all=True)
    if len(counted) == 1:
        return _accepts(counted)
    return _accepts(range(len(slots))) if _YES.search(text) and not _names_a_point(text) else NOTHING


def _accepts(indexes: Sequence[int]) -> AcceptedSlot:
    return AcceptedSlot(said=True, index=indexes[0] if len(indexes) == 1 else None, refused_all=False)


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
