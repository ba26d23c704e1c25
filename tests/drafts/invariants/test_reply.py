"""Tests of lib/drafts/invariants/reply.py."""

from tests.drafts.invariants.cases import reply


def test_blank_slots_and_links_do_not_count() -> None:
    held = reply("x", slots=("", " ", "Monday at 2pm"), booking_link=" ", lead_link=" https://cal.com/x ")
    assert held.slots == ("Monday at 2pm",)
    assert held.known_links == ("https://cal.com/x",)
