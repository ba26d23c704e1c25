"""What the template composer would remember of a mail: few things, each in words of its own.

Nothing of the mail's text goes into a proposal, only what was recognised in it: a name of the IANA time
zones, a language, a weekday, a time. So a hostile mail can make it remember something wrong, but no sentence.
"""

from typing import Final

from lib.drafts.composer import Extract, Intent, Strategy
from lib.drafts.conversation import Conversation
from lib.drafts.language import Language
from lib.drafts.weekdays import WEEKDAYS
from lib.memory.entry import MemoryScope
from lib.memory.proposal import MemoryProposal

LASTING_DAYS: Final = 90
PASSING_DAYS: Final = 14
"""For what is said of one meeting."""
NAMED: Final = 0.9
"""Confidence in what the lead wrote."""
CONCLUDED: Final = 0.8
"""Confidence in what is concluded from how it is written."""
GUESSED: Final = 0.6
"""Confidence in a day that is named: the lead may as well have said that it does not suit."""

_SCHEDULING: Final = (Intent.REQUEST_TIMES, Intent.PROPOSE_TIME)


def proposals_of(
    conversation: Conversation, extract: Extract, strategy: Strategy
) -> tuple[MemoryProposal, ...]:
    """The lead's time zone, language and preferred day and time, as far as the mail tells; pure."""
    zone = extract.detected_timezone
    found = (
        _proposal("timezone", f"Is in the time zone {zone}.", LASTING_DAYS, NAMED)
        if zone and zone != conversation.lead.timezone
        else None,
        _proposal("language", f"Writes in {strategy.language.name.title()}.", LASTING_DAYS, CONCLUDED)
        if strategy.language is not Language.ENGLISH
        else None,
        _proposal("scheduling", preferred, PASSING_DAYS, GUESSED)
        if extract.intent in _SCHEDULING and (preferred := _preferred(extract))
        else None,
    )
    return tuple(proposal for proposal in found if proposal is not None)


def _preferred(extract: Extract) -> str | None:
    """A day of the week and a time that suit; a date has no place in memory: it is soon over."""
    day = extract.preferred_day if extract.preferred_day in WEEKDAYS else None
    if extract.preferred_day and not day:
        return None
    words = [f"on {day}" if day else "", f"at {extract.preferred_time}" if extract.preferred_time else ""]
    said = " ".join(word for word in words if word)
    return f"Would like to meet {said}." if said else None


def _proposal(category: str, content: str, ttl_days: int, confidence: float) -> MemoryProposal:
    return MemoryProposal(
        scope=MemoryScope.LEAD,
        category=category,
        content=content,
        ttl_days=ttl_days,
        confidence=confidence,
    )
