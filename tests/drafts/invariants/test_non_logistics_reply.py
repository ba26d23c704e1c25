"""Tests of lib/drafts/invariants/non_logistics_reply.py."""

import pytest

from lib.drafts.invariants.booking_intent import wants_booking
from lib.drafts.invariants.non_logistics_reply import non_logistics_reply
from lib.drafts.invariants.sales_talk import sales_words
from tests.drafts.invariants.cases import SLOTS, reply

SALES = "Our platform has proven results for clients in your industry."


@pytest.mark.parametrize(
    ("inbound", "expected"),
    [
        ("Yes, let's schedule a call.", True),
        ("What times are you available?", True),
        ("Tuesday works for me", True),
        ("2pm?", True),
        ("Können wir einen Termin machen?", True),
        ("Let's book a call; how much does it cost?", True),
        ("How much does it cost? Then we can meet.", False),
        ("Can you send more information first? Then we can schedule a call.", False),
        ("Happy to meet, but please send pricing before we book.", False),
        ("Send me more information", False),
        ("Thanks!", False),
        ("", False),
    ],
)
def test_booking_intent_unless_information_comes_first(inbound: str, *, expected: bool) -> None:
    assert wants_booking(inbound) is expected


@pytest.mark.parametrize(
    ("draft", "inbound", "slots", "holds"),
    [
        (SALES, "Yes, let's book a call.", SLOTS, False),
        (SALES, "Yes, let's book a call.", (), True),
        (SALES, "Send more information first, then we book a call.", SLOTS, True),
        (SALES, "Thanks.", SLOTS, True),
        ("Our platform is nice.", "Let's book a call.", SLOTS, True),
        ("platform platform", "Let's book a call.", SLOTS, True),
        (f"{SALES} Which day works for you?", "Let's book a call.", SLOTS, True),
        (f"{SALES} Tuesday?", "Let's book a call.", SLOTS, True),
        (f"{SALES} 2pm?", "Let's book a call.", SLOTS, True),
        (f"{SALES} March 3?", "Let's book a call.", SLOTS, True),
        (f"{SALES} https://calendly.com/x", "Let's book a call.", SLOTS, True),
        (f"{SALES} The early one", "Let's book a call.", ("The early one",), True),
    ],
    ids=[
        "only sells", "no slots", "information first", "no booking intent", "one sales word",
        "one sales word twice", "which day", "weekday", "time", "date", "scheduler", "offered phrase",
    ],
)  # fmt: skip
def test_somebody_who_wants_to_book_is_not_only_sold_to(
    draft: str, inbound: str, slots: tuple[str, ...], *, holds: bool
) -> None:
    broken = non_logistics_reply(reply(draft, inbound=inbound, slots=slots))
    assert (broken is None) is holds


def test_sales_words_are_counted_once_each() -> None:
    assert sales_words("ROI, roi and growth") == ("roi", "growth")
