"""`slot_mismatch`: the draft names a time that nobody offered or asked for."""

import re
from typing import Final

from lib.drafts.invariants.reply import Broken, InvariantCode, Reply
from lib.drafts.invariants.times import named_times, times_asked_for, times_in
from lib.drafts.invariants.wording import contains_phrase, plain

_ASKING: Final = re.compile(
    r"\bwhat\s+times?\s+(?:(?:works?|is|are|would|suits?|do)\b[^.?!\n]{0,40})?\b(?:after|before|between)\b",
    re.IGNORECASE,
)


def slot_mismatch(reply: Reply) -> Broken | None:
    """Broken when slots were offered and the draft names a time that is in neither them nor the inbound.

    Not broken when the draft contains a full offered phrase, or asks "what time after/before/between …"
    (`what time works best after …` asks as well). A time with two readings (`at 2`) is as offered when
    either of them is. Each end of a range is a time of its own.
    """
    if not reply.slots:
        return None
    known = times_asked_for(reply.inbound).union(*(times_in(slot) for slot in reply.slots))
    strange = [
        " or ".join(sorted(mention)) for mention in named_times(reply.draft) if known.isdisjoint(mention)
    ]
    if not strange or any(contains_phrase(reply.draft, slot) for slot in reply.slots):
        return None
    if _ASKING.search(plain(reply.draft)):
        return None
    return Broken(
        code=InvariantCode.SLOT_MISMATCH,
        message=f"The draft names {', '.join(dict.fromkeys(strange))}: neither offered nor asked for.",
    )
