"""Tests of lib/drafts/language.py."""

import pytest

from lib.drafts.language import language_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Thanks, when can we talk?", "en"),
        ("Vielen Dank, wann passt es Ihnen?", "de"),
        ("Passt.", "de"),
        ("Was kostet das für uns?", "de"),
        ("Merci, quand êtes-vous disponible ?", "fr"),
        ("Non merci", "fr"),
        ("Gracias, ¿cuándo podemos hablar?", "es"),
        ("No, gracias", "es"),
        ("Obrigado", "en"),
        ("ok", "en"),
        ("", "en"),
        ("日本語", "en"),
    ],
)
def test_a_short_reply_is_recognised_else_english(text: str, expected: str) -> None:
    assert language_of(text) == expected
