"""`non_logistics_reply`: asked for a meeting, the draft sells."""

from typing import Final

from lib.drafts.invariants.booking_intent import wants_booking
from lib.drafts.invariants.logistics import has_logistics
from lib.drafts.invariants.own_words import own_words
from lib.drafts.invariants.reply import Broken, InvariantCode, Reply
from lib.drafts.invariants.sales_talk import sales_words

SALES_NEEDED: Final = 2
"""How many different sales words make a sales reply (domain §3)."""


def non_logistics_reply(reply: Reply) -> Broken | None:
    """Broken when somebody who wants to book gets a sales text.

    That is: the inbound shows booking intent and is not information first, slots exist, and the draft has
    two or more different sales words and no logistics signal (a time, a date, a weekday, a scheduling link,
    an offered phrase, or words such as schedule, calendar, which day, works for you).
    """
    if not reply.slots or not wants_booking(reply.inbound):
        return None
    words = sales_words(own_words(reply))
    if len(words) < SALES_NEEDED or has_logistics(reply):
        return None
    return Broken(
        code=InvariantCode.NON_LOGISTICS_REPLY,
        message=f"The inbound wants to book, the draft only sells ({', '.join(words)}).",
    )
