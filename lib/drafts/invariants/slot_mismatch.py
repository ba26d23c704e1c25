"""`slot_mismatch`: the draft names a time that nobody offered or asked for."""

import re
from typing import Final

from lib.drafts.invariants.own_words import own_words
from lib.drafts.invariants.reading import folded
from lib.drafts.invariants.reply import Broken, InvariantCode, Reply
from lib.drafts.invariants.times import named_times, times_asked_for, times_in
from lib.drafts.invariants.wording import contains_phrase

_GAP: Final = r"(?:(?!\b(?:i|we|i'm|we're|i'd|i'll|we'll|let's|how\s+about|what\s+about)\b)[^.?!\n]){0,60}?"
_BOUND: Final = r"\b(?:after|before|between|past|by|nach|vor|zwischen|apres|avant|entre|despues|antes)\b"
_ASKING: Final = re.compile(
    rf"\b(?:what|which)(?:'s|\s+(?:is|are|would\s+be|other|exact))?\s+(?:(?:a|an|the"
    rf"|your)\s+)?(?:\w+\s+){{0,2}}(?:times?|hours?)\b{_GAP}{_BOUND}"
    rf"|\b(?:is|are)\s+there\s+(?:\w+\s+){{1,3}}(?:times?|slots?|windows?)\b{_GAP}{_BOUND}[^.!\n]{{0,120}}\?"
    rf"|\b(?:um\s+)?(?:wie\s*viel\s+uhr|welche\s+uhrzeit|quelle\s+heure|que\s+hora)\b{_GAP}{_BOUND}",
    re.IGNORECASE,
)


def slot_mismatch(reply: Reply) -> Broken | None:
    """Broken when slots were offered and the draft names a time that is in neither them nor the inbound.

    Not broken when the draft contains a full offered phrase, or asks "what time after/before/between …" (in
    these or other open words: `what's a good time after …`, `is there a time after …?`). A time with two
    readings (`at 2`) is as offered when either of them is. Each end of a range is a time of its own.
    """
    if not reply.slots:
        return None
    known = times_asked_for(reply.inbound).union(*(times_in(slot) for slot in reply.slots))
    said = own_words(reply)
    strange = [" or ".join(sorted(mention)) for mention in named_times(said) if known.isdisjoint(mention)]
    if not strange or any(contains_phrase(said, slot) for slot in reply.slots):
        return None
    if _ASKING.search(folded(said)):
        return None
    return Broken(
        code=InvariantCode.SLOT_MISMATCH,
        message=f"The draft names {', '.join(dict.fromkeys(strange))}: neither offered nor asked for.",
    )
