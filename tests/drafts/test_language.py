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
        ("Ja, gerne.", "de"),
        ("Ja, Dienstag passt mir gut", "de"),
        ("Oui, mardi", "fr"),
        ("D'accord", "fr"),
        ("Sí", "es"),
        ("Vale, perfecto", "es"),
        ("Obrigado, qual é o preço para a nossa equipe?", "en"),
        ("Quanto costa per la nostra azienda?", "en"),
        ("Wat kost het voor ons team?", "en"),
        ("Grazie, martedì va bene", "en"),
        ("Prima, dinsdag is goed", "en"),
        ("No", "en"),
        ("Yes please", "en"),
        ("Sounds good", "en"),
        ("Montag 14 Uhr?", "de"),
        ("Klingt gut!", "de"),
        ("Wie teuer ist es?", "de"),
        ("Combien ça coûte ?", "fr"),
        ("C'est combien ?", "fr"),
        ("¿Cuánto cuesta?", "es"),
        ("Cuanto cuesta", "es"),
        ("Me interesa", "es"),
        ("Tuesday at 2 works", "en"),
        ("Mardi 14h me convient", "fr"),
        ("Danke, Tuesday works for me, see you then", "en"),
        (
            (
                "Hallo Robin,\n\nkönnen wir am Dienstag sprechen?\n\nBest regards\nThis message is "
                "confidential and may be read by the addressee only. If you are not the addressee "
                "please delete it."
            ),
            "de",
        ),
        ("Hola Robin, podemos hablar el martes?", "es"),
        ("Nein danke", "de"),
        ("Kein Interesse", "de"),
        ("Pas intéressé", "fr"),
        ("No me interesa", "es"),
        (
            (
                "Bonjour,\nEst-ce que vous livrez à Lyon ?\n> Hi Jean, do you want to have the price "
                "of the trailer for your company? It is the best that we have."
            ),
            "fr",
        ),
        ("Não, obrigado", "en"),
        ("Bedankt voor uw bericht, wanneer kunnen we bellen?", "en"),
        ("Die Hard is the best", "en"),
        ("La Paz office: when can we meet?", "en"),
        ("Was it you?", "en"),
        ("Im in", "en"),
    ],
)
def test_a_short_reply_is_recognised_else_english(text: str, expected: str) -> None:
    """In its writer's own words: neither in what is quoted nor in a disclaimer below."""
    assert language_of(text) == expected
