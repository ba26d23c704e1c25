"""Tests of lib/drafts/slot_acceptance.py; what it understands of texts is in test_extraction.py."""

from lib.drafts.slot_acceptance import NOTHING, accepted_slot
from tests.drafts.conftest import SLOTS


def test_without_an_offer_nothing_is_accepted() -> None:
    assert accepted_slot("yes, perfect", ()) is NOTHING


def test_a_point_in_time_that_was_not_offered_accepts_nothing() -> None:
    assert accepted_slot("Friday works", SLOTS) is NOTHING


def test_two_phrases_repeated_leave_it_open() -> None:
    found = accepted_slot(f"{SLOTS[0]} or {SLOTS[1]}", SLOTS)
    assert (found.said, found.index) == (False, None)
