"""Tests of lib/drafts/invariants/date_mismatch.py."""

import pytest

from lib.drafts.invariants.date_mismatch import commits, date_mismatch
from tests.drafts.invariants.cases import SLOTS, reply


@pytest.mark.parametrize(
    "draft",
    [
        "How about March 9 at 2pm?",
        "You are booked for March 9.",
        "March 9 is confirmed.",
        "We scheduled it for 9 March.",
        "We rescheduled it for March 9.",
        "March 3 or March 9, which works?",
        "Tuesday, March 3 at 2:00 PM or March 9",
        "Am 9. März um 14 Uhr",
        "2pm on 3/9/2026",
        "2pm on the 9th.",
        "Booked for March ninth",
        "I have 3/9 at 2pm for you",
        "Your call on the ninth is confirmed.",
        "Réservé : 9 mars à 14h",
        "Confermato per il 9 marzo",
    ],
)
def test_a_commitment_to_another_date_breaks_it(draft: str) -> None:
    broken = date_mismatch(reply(draft))
    assert broken is not None
    assert broken.code == "date_mismatch"


@pytest.mark.parametrize(
    ("draft", "inbound", "slots"),
    [
        ("March 3 at 2pm", "", SLOTS),
        ("2pm on the 3rd.", "", SLOTS),
        ("March 9 at 2pm", "could we do March 9?", SLOTS),
        ("March 9 at 2pm", "9/3 or so", SLOTS),
        ("March 9 might do.", "", SLOTS),
        ("March 9 is not unconfirmedly fine.", "", SLOTS),
        ("You are booked.", "", SLOTS),
        ("March 9 at 2pm", "", ("Tuesday at 2:00 PM",)),
        ("March 9 at 2pm", "", ()),
    ],
    ids=[
        "offered", "offered, month left open", "in the inbound", "in the inbound, in figures",
        "no commitment", "no commitment word",
        "no date", "slots without dates", "no slots",
    ],
)  # fmt: skip
def test_otherwise_it_holds(draft: str, inbound: str, slots: tuple[str, ...]) -> None:
    assert date_mismatch(reply(draft, inbound=inbound, slots=slots)) is None


@pytest.mark.parametrize(
    ("draft", "expected"),
    [
        ("at 2pm", True),
        ("Booked", True),
        ("it is CONFIRMED", True),
        ("scheduled", True),
        ("which works?", True),
        ("Which of these works for you?", True),
        ("Which one works?", True),
        ("reserved for you", True),
        ("locked in", True),
        ("gebucht", True),
        ("confirmé", True),
        ("not confirmed yet", False),
        ("It isn't booked yet", False),
        ("It has not been scheduled", False),
        ("the date is to be confirmed", False),
        ("we reserve the right", False),
        ("unconfirmed", False),
        ("we will book it", False),
    ],
)
def test_what_commits(draft: str, *, expected: bool) -> None:
    """Domain §3: a time, or booked/confirmed/scheduled/"which works"."""
    assert commits(draft) is expected


def test_the_message_names_the_dates() -> None:
    broken = date_mismatch(reply("2pm on 3/9/2026, on the 30th, or March 11"))
    assert broken is not None
    assert broken.message == (
        "The draft commits to March 11, March 9 or September 3, day 30: neither offered nor asked for."
    )
