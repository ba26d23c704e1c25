"""Tests of lib/drafts/template_texts.py."""

import string

import pytest

from lib.drafts.composer import Move
from lib.drafts.invariants.dates import named_dates
from lib.drafts.invariants.times import named_times
from lib.drafts.invariants.urls import urls_in
from lib.drafts.language import Language, language_of
from lib.drafts.template_texts import TEXTS

PLACES = {
    Move.CONFIRM_SLOT: {"slot"},
    Move.ASK_WHICH_SLOT: {"slots"},
    Move.OFFER_SLOTS: {"slots"},
    Move.POINT_TO_BOOKING: {"link"},
}


@pytest.mark.parametrize("language", list(Language))
class TestEachLanguage:
    def test_has_words_for_every_move(self, language: Language) -> None:
        assert set(TEXTS[language].moves) == set(Move)

    def test_leaves_the_same_places_open(self, language: Language) -> None:
        for move, text in TEXTS[language].moves.items():
            found = {name for _, name, _, _ in string.Formatter().parse(text) if name}
            assert found == PLACES.get(move, set())

    def test_promises_no_time_date_or_link(self, language: Language) -> None:
        for text in (*TEXTS[language].moves.values(), TEXTS[language].pricing_open):
            assert (named_times(text), named_dates(text), urls_in(text)) == ((), (), ()), text

    def test_is_that_language(self, language: Language) -> None:
        assert {language_of(text) for text in TEXTS[language].moves.values()} == {language}
