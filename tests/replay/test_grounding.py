"""Tests of lib/replay/grounding.py."""

import pytest

from lib.drafts.conversation import Direction
from lib.replay.grounding import amounts_in, ungrounded
from tests.drafts.conftest import SLOTS, conversation

SAID = conversation(
    "A friend said $99, and 90% off. Call me on March 3 at 2pm. See https://x.example/a",
    before=((Direction.OUTBOUND, "A month is $1,200.00."),),
    slots=SLOTS,
    booking_link="https://calendly.com/acme",
    service_description="A week costs €450; 5% off for regulars. Write to office@acme.example.",
)


@pytest.mark.parametrize(
    ("draft", "found"),
    [
        ("A month is $1200, a week 450 EUR, 5 percent off.", ()),
        ("https://calendly.com/acme or https://x.example/a/, office@acme.example", ()),
        ("Tuesday, March 3 at 2:00 PM, or Wednesday at 10am", ()),
        ("It is $1,300", ("amount 1300",)),
        ("Yes, it is $99, and 90 % off", ("amount 99", "share 90 %")),
        ("It is 1.300 € and 10 % less", ("amount 1300", "share 10 %")),
        ("See https://y.example", ("address https://y.example",)),
        ("Write to ceo@acme.example", ("e-mail ceo@acme.example",)),
        ("On March 9 at 7pm", ("time 7:00pm", "date March 9")),
    ],
)
def test_what_nobody_said(draft: str, found: tuple[str, ...]) -> None:
    assert ungrounded(SAID, draft) == found


@pytest.mark.parametrize(
    ("text", "amount"),
    [("$1,200.50", "1200.50"), ("1.200 €", "1200"), ("USD 7", None), ("7 usd", "7"), ("£3.5", "3.50")],
)
def test_amounts(text: str, amount: str | None) -> None:
    assert amounts_in(text) == (frozenset() if amount is None else {amount})
