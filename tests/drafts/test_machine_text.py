"""Tests of lib/drafts/machine_text.py."""

import pytest

from lib.drafts.machine_text import machine_text


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("Automatic reply: x", "hello"),
        ("Out of Office Re: x", "hello"),
        ("Automatic reply: Could we meet on Tuesday?", "hello"),
        ("Abwesenheitsnotiz: x", "h"),
        ("Réponse automatique : x", "h"),
        ("Respuesta automática: x", "h"),
        ("Undeliverable: x", "h"),
        ("Re: x", "This is an automated message."),
        ("Re: x", "Ceci est une réponse automatique"),
        ("Out of the office until 9 March", "x"),
        ("Automatische Antwort: Angebot", ""),
        ("Auto-Reply: hi", ""),
        ("Risposta automatica: offerta", ""),
        ("Automatisch antwoord: offerte", ""),
        ("Resposta automática: oferta", ""),
        ("Fuera de la oficina: x", ""),
        ("[EXT] Automatic reply: x", ""),
        ("OOO: back Monday", ""),
        ("Abwesend bis 9.3.", ""),
        ("Nicht im Büro bis 9. März", ""),
        (
            "Re: x",
            (
                "Thank you for your message. I am out of the office until Monday, March 9 and will "
                "answer when I am back. In urgent cases please write to office@x.example."
            ),
        ),
        (
            "Re: x",
            (
                "Vielen Dank für Ihre Nachricht. Ich bin bis zum 9. März im Urlaub. Ihre E-Mail wird "
                "nicht weitergeleitet."
            ),
        ),
        (
            "Re: x",
            "I am currently on annual leave with limited access to email. I will respond upon my return.",
        ),
        (
            "Re: x",
            "Merci pour votre message. Je suis en congés jusqu'au 9 mars et vous répondrai dès mon retour.",
        ),
        ("Re: x", "Please do not reply to this email."),
        ("Re: x", "Your message to ada@x.example is being held. Click the link so that it can be delivered."),
        ("Your request", "Hello,\nThis email was automatically generated. Ticket 44."),
        ("Re: x", "I'm out of the office with no access to email. For urgent matters please contact Bo."),
        (
            "Re: x",
            (
                "Ich bin derzeit nicht im Büro und habe keinen Zugriff auf meine E-Mails. In "
                "dringenden Fällen wenden Sie sich an Bo."
            ),
        ),
        ("Re: x", "Je suis en congés, en cas d'urgence contactez Bo. Je vous répondrai dès mon retour."),
        ("Re: x", "Estoy de vacaciones. Gracias por su mensaje, responderé a mi regreso."),
        ("Thank you for contacting us", "This is an automatic confirmation that we received your message."),
        (
            "[Ticket#44] Received",
            "Your request has been received and is being reviewed. Please do not reply to this message.",
        ),
        ("Out of Office AutoReply: x", ""),
        ("Ausser Haus: x", "h"),
        ("Urlaub: x", "Bin weg"),
        ("Vacation reply", "x"),
        ("Ada Lovelace is out of the office", ""),
        ("Away: x", "x"),
        ("Automatic response: x", ""),
        ("Autosvar: x", ""),
    ],
)
def test_a_machine(subject: str | None, body: str) -> None:
    assert machine_text(subject, body)


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("Re: out of office?", "I am out of the office next week, can we meet Monday?"),
        (None, "hello"),
        ("Re: Automatic reply: x", "I'm back. Tuesday?"),
        ("Re: x", "I was out of office last week, let's meet"),
        ("Out of office next week - can we meet before?", "Tuesday?"),
        (
            "Re: x",
            (
                "I'm out of the office until Monday and will get back to you then. Could you send "
                "pricing meanwhile?"
            ),
        ),
        ("Re: x", 'I keep getting "this is an automated message" when I call you.'),
        ("Re: x", "Please do not reply to this email but to my new address, tom@x.example"),
        ("Autoreply feature in your product", "Do you have an automatic reply feature?"),
        ("Automatic doors for our cold store", "Do you sell automatic doors?"),
        ("Re: x", "I'm on vacation next week. Wednesday 11th works."),
        ("Re: x", "Sorry for the delay, I was on parental leave. What does it cost?"),
        ("Auto parts inquiry", "Hello"),
        ("Delivery failed for our order 123", "Nobody came."),
        ("Absent-minded question", "x"),
        ("Re: x", "Ich war letzte Woche im Urlaub, lassen Sie uns sprechen."),
        ("Away from desk setups", "x"),
        ("Automated replies: pricing?", "How much?"),
        ("Undeliverable goods", "x"),
        ("Failure notice period", "x"),
        ("Automatic reply feature question", "x"),
        ("Vacation rental cooling", "Do you rent?"),
        ("Urlaub vorbei - Termin?", "passt Dienstag"),
        ("Away day catering", "x"),
        ("Re: x", "Our office is closed on Mondays. Tuesday works."),
        ("Re: x", "Thank you for your message. I'm on leave from Friday; call me before then on 123."),
        (
            "Re: x",
            "Thanks for your mail. I am away next week but will answer the questions now: yes, two trailers.",
        ),
        ("Automatic doors", "x"),
        ("Office closed Friday, new time?", "x"),
        ("Out of office notifications - do you support them?", "We need them."),
        ("Out of the office 2 days a week - can we do Friday?", "x"),
        ("Re: x", "We use an automated system, this is an automatic door."),
        (
            "Re: x",
            (
                "Thanks for your email - I'm out of the office until Thursday, will reply then. Two "
                "trailers would be right, 16 A is fine, please send the contract."
            ),
        ),
    ],
)
def test_a_person_who_sounds_like_one(subject: str | None, body: str) -> None:
    assert machine_text(subject, body) is None


def test_a_long_text_takes_no_long_time() -> None:
    for text in ("thank you " * 20_000, "click " * 20_000, "will " * 20_000):
        assert machine_text(text, text) is None
