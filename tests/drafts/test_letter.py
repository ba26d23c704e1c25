"""Tests of lib/drafts/letter.py."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.drafts.invariants.check import broken_invariants
from lib.drafts.invariants.reply import Reply
from lib.drafts.language import Language
from lib.drafts.letter import called_name, letter, safe_reply


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Ada Lovelace", "Ada"),
        ("Lovelace, Ada", "Ada"),
        ("Jean-Luc Picard", "Jean-Luc"),
        ("Zoë", "Zoë"),
        ("Dr. Ada Lovelace", None),
        ("A. Lovelace", None),
        ("佐藤 恵", None),
        ("sales@acme.example", None),
        ("Acme24 Support", None),
        ("", None),
        ("  ", None),
        (None, None),
    ],
)
def test_somebody_is_called_by_a_first_name_or_not_at_all(name: str | None, expected: str | None) -> None:
    assert called_name(name) == expected


def test_its_form() -> None:
    assert (
        letter(Language.FRENCH, "Ada", "Un.", "Deux.") == "Bonjour Ada,\n\nUn.\n\nDeux.\n\nBien cordialement"
    )
    assert letter(Language.ENGLISH, None, "One.") == "Hello,\n\nOne.\n\nBest regards"


@given(
    st.sampled_from(Language),
    st.none() | st.text(max_size=30),
    st.text(max_size=80) | st.just("Yes, let's book a call on Tuesday"),
    st.lists(st.text(max_size=30) | st.just("Tuesday, March 3 at 2:00 PM"), max_size=3).map(tuple),
    st.none() | st.just("https://calendly.com/x"),
)
def test_law_the_safe_reply_holds_every_invariant(
    language: Language, name: str | None, inbound: str, slots: tuple[str, ...], link: str | None
) -> None:
    """What the gate falls back to must never need a gate."""
    reply = Reply(inbound=inbound, draft=safe_reply(language, name), offered_slots=slots, booking_link=link)
    assert broken_invariants(reply) == ()
