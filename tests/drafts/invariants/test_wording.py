"""Tests of lib/drafts/invariants/wording.py."""

import pytest

from lib.drafts.invariants.wording import contains_phrase, is_blank, plain


def test_spaces_dashes_and_apostrophes_have_one_form() -> None:
    assert plain("2\u00a0\u2013\u202f3 o\u2019clock \n\n\tx") == "2 - 3 o'clock\nx"


@pytest.mark.parametrize("text", ["", " \n\t", "\u200b\ufeff", "\u00a0\u2003"])
def test_what_cannot_be_seen_is_blank(text: str) -> None:
    assert is_blank(text)


@pytest.mark.parametrize(
    ("text", "phrase", "contained"),
    [
        ("tuesday,  march 3\nat 2:00 pm works", "Tuesday, March 3 at 2:00 PM", True),
        ("Tuesday, March 3 at 2:00 PMish", "Tuesday, March 3 at 2:00 PM", False),
        ("Monday at 2:30", "Monday at 2", False),
        ("anything", "", False),
        ("anything", " ", False),
    ],
)
def test_a_phrase_is_contained_whole(text: str, phrase: str, *, contained: bool) -> None:
    assert contains_phrase(text, phrase) is contained
