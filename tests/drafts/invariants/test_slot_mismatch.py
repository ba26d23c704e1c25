"""Tests of lib/drafts/invariants/slot_mismatch.py."""

import pytest

from lib.drafts.invariants.slot_mismatch import slot_mismatch
from tests.drafts.invariants.cases import SLOTS, reply


@pytest.mark.parametrize(
    ("draft", "inbound"),
    [
        ("How about 5pm?", ""),
        ("How about 17:00?", ""),
        ("Tuesday 2pm or 4pm?", ""),
        ("We are free between 2 and 5pm.", ""),
        ("See you at 4.", ""),
        ("At noon then.", ""),
        ("You asked what time: 5pm it is.", ""),
        ("5pm works", "what about 6pm?"),
        ("5pm works", "there are 4 or 5 people"),
        ("Passt es um 17 Uhr?", ""),
        ("What time works? I could do 5pm.", ""),
        ("What time works for you, I'm free after 5pm.", ""),
        ("Any time after 5pm suits me.", ""),
        ("Would after 5pm work?", ""),
        ("How about between 5 and 6?", ""),
        ("<p>Tuesday at <b>5</b>pm</p>", ""),
        ("Tuesday at 5\u00adpm", ""),
        ("The 2:00 PM slot is gone, quarter past four is free.", ""),
    ],
)
def test_a_time_neither_offered_nor_asked_for_breaks_it(draft: str, inbound: str) -> None:
    broken = slot_mismatch(reply(draft, inbound=inbound))
    assert broken is not None
    assert broken.code == "slot_mismatch"


@pytest.mark.parametrize(
    ("draft", "inbound", "slots"),
    [
        ("2pm works.", "", SLOTS),
        ("14:00 works.", "", SLOTS),
        ("See you at 2.", "", SLOTS),
        ("5pm works.", "could you do 5 p.m.?", SLOTS),
        ("Tuesday, March 3 at 2:00 PM, until 5pm", "", SLOTS),
        ("tuesday,  march 3 at 2:00 pm; 5pm too", "", SLOTS),
        ("What time after 5pm works?", "", SLOTS),
        ("what time before 9am or between 1 and 3pm suits you?", "", SLOTS),
        ("What time works best for you after 5pm?", "", SLOTS),
        ("What's a good time after 5pm?", "", SLOTS),
        ("Is there a time after 5pm that would suit you better?", "", SLOTS),
        ("À quelle heure après 17h ?", "", SLOTS),
        ("5pm it is.", "I'm free from 3 to 5 on Tuesday", SLOTS),
        ("4 pm works.", "Does tomorrow 4 work?", SLOTS),
        ("Which day suits you?", "", SLOTS),
        ("How about 5pm?", "", ()),
        ("How about 5pm?", "", ("", " ")),
    ],
    ids=[
        "offered", "offered, 24 hours", "offered in one reading", "in the inbound", "full phrase",
        "phrase in other letters", "asking what time after", "asking what time before",
        "asking in other words", "asking for a good time", "asking whether there is one",
        "asking in French", "a bare hour in the inbound", "a bare hour after a day",
        "no time", "no slots", "blank slots",
    ],
)  # fmt: skip
def test_otherwise_it_holds(draft: str, inbound: str, slots: tuple[str, ...]) -> None:
    assert slot_mismatch(reply(draft, inbound=inbound, slots=slots)) is None


def test_the_message_names_the_times() -> None:
    broken = slot_mismatch(reply("5pm, 5pm or 6:30"))
    assert broken is not None
    assert broken.message == "The draft names 5:00pm, 6:30am or 6:30pm: neither offered nor asked for."
