"""All invariants over one reply: what the gate, auto-send, replay and `flask drafts check` ask."""

from lib.drafts.invariants.date_mismatch import date_mismatch
from lib.drafts.invariants.empty_draft import empty_draft
from lib.drafts.invariants.fabricated_link import fabricated_link
from lib.drafts.invariants.non_logistics_reply import non_logistics_reply
from lib.drafts.invariants.reply import Broken, Reply
from lib.drafts.invariants.slot_mismatch import slot_mismatch


def broken_invariants(reply: Reply) -> tuple[Broken, ...]:
    """Every invariant that `reply` breaks, each once, in the order of domain §3; pure and total.

    Of a blank draft only `empty_draft` is reported.
    """
    blank = empty_draft(reply)
    if blank is not None:
        return (blank,)
    found = (law(reply) for law in (slot_mismatch, date_mismatch, fabricated_link, non_logistics_reply))
    return tuple(broken for broken in found if broken is not None)
