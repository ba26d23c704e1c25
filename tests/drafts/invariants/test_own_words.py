"""Tests of lib/drafts/invariants/own_words.py."""

from lib.drafts.invariants.own_words import own_words
from tests.drafts.invariants.cases import reply

INBOUND = "Could we do Friday at 5pm?\nSam"


def test_what_is_quoted_of_the_inbound_is_not_the_drafts() -> None:
    draft = "Sure.\n\nOn Fri, 10 Apr 2026, Sam wrote:\n> Could we do Friday at 5pm?\n> Sam"
    assert own_words(reply(draft, inbound=INBOUND)) == "Sure."


def test_a_quoted_line_that_the_inbound_does_not_hold_is_the_drafts() -> None:
    draft = "Sure.\n\n> Could we do Friday at 5pm?\n> Book at 6pm"
    assert own_words(reply(draft, inbound=INBOUND)) == "Sure.\n> Book at 6pm"


def test_without_a_quotation_all_is_the_drafts() -> None:
    assert own_words(reply("Sure, 5pm.\nDana", inbound=INBOUND)) == "Sure, 5pm.\nDana"
