"""Tests of lib/drafts/slot_acceptance.py; what it understands of texts is in test_extraction.py."""

import pytest

from lib.drafts.slot_acceptance import NOTHING, AcceptedSlot, accepted_slot
from tests.drafts.conftest import SLOTS


def test_without_an_offer_nothing_is_accepted() -> None:
    assert accepted_slot("yes, perfect", ()) is NOTHING


def test_a_point_in_time_that_was_not_offered_accepts_nothing() -> None:
    assert accepted_slot("Friday works", SLOTS) is NOTHING


@pytest.mark.parametrize(
    "text", [f"{SLOTS[0]} is not good for me", "Tuesday at 2 PM is not ideal", "Dienstag passt mir nicht"]
)
def test_a_slot_that_is_named_to_refuse_it_is_refused(text: str) -> None:
    assert accepted_slot(text, SLOTS) == AcceptedSlot(said=False, index=None, refused_all=True)


def test_one_slot_named_and_another_counted_out_leave_it_open() -> None:
    found = accepted_slot("Unfortunately Tuesday is taken. The second one works.", SLOTS)
    assert (found.said, found.index) == (True, None)


def test_two_phrases_repeated_leave_it_open() -> None:
    found = accepted_slot(f"{SLOTS[0]} or {SLOTS[1]}", SLOTS)
    assert (found.said, found.index) == (False, None)
