"""`date_mismatch`: the draft commits to a date that nobody offered or asked for."""

import re
from typing import Final

from lib.drafts.invariants.dates import dates_asked_for, dates_in, named_dates
from lib.drafts.invariants.own_words import own_words
from lib.drafts.invariants.reading import folded, readable
from lib.drafts.invariants.reply import Broken, InvariantCode, Reply
from lib.drafts.invariants.times import named_times

_COMMITS: Final = re.compile(
    r"\b(?<!\bnot )(?<!n't )(?<!not yet )(?<!n't yet )(?<!not been )(?<!n't been )(?<!to be )"
    r"(?:(?:re-?|pre-?)?(?:booked|confirmed|scheduled)|reserved|locked\s+in|pencill?ed\s+in"
    r"|gebucht|bestatigt|reserviert|vereinbart|eingetragen|confirmee?s?|planifiee?|programmee?|reservee"
    r"|confirmad[oa]s?|reservad[oa]s?|agendad[oa]s?|programad[oa]s?|confermat[oaie]|prenotat[oaie]"
    r"|fissat[oaie])\b|\bwhich\s+(?:\w+\s+){0,4}works?\b",
    re.IGNORECASE,
)
SHOWN: Final = 2
"""A date with more readings than this is shown by its day alone."""


def date_mismatch(reply: Reply) -> Broken | None:
    """Broken when the offered slots have dates and the draft commits to one neither offered nor inbound.

    A draft commits when it names a time or says booked, confirmed, scheduled or "which works". A date with
    two readings (`on 3/4`) is as offered when either of them is. A full offered phrase elsewhere in the draft
    does not excuse another date.
    """
    offered = frozenset[str]().union(*(dates_in(slot) for slot in reply.slots))
    said = own_words(reply)
    if not offered or not commits(said):
        return None
    known = offered | dates_asked_for(reply.inbound)
    strange = [mention for mention in named_dates(said) if known.isdisjoint(mention)]
    if not strange:
        return None
    named = ", ".join(dict.fromkeys(_shown(mention) for mention in strange))
    return Broken(
        code=InvariantCode.DATE_MISMATCH,
        message=f"The draft commits to {named}: neither offered nor asked for.",
    )


def commits(draft: str) -> bool:
    """Whether `draft` commits to something: a time, or a word that says it is settled and is not denied."""
    return bool(named_times(draft)) or _COMMITS.search(folded(readable(draft))) is not None


def _shown(mention: frozenset[str]) -> str:
    if len(mention) > SHOWN:
        return f"day {min(mention).split()[-1]}"
    return " or ".join(sorted(mention))
