"""Tests of lib/drafts/opt_out.py."""

import pytest

from lib.drafts.opt_out import READ, opt_out_in
from lib.drafts.unsubscribing import SUBJECT


@pytest.mark.parametrize(
    "text",
    [
        "Please unsubscribe me",
        "STOP",
        "unsubscribe",
        "Remove me from your list.",
        "Please stop emailing me",
        "I want to opt out",
        "Do not contact us again",
        "No more emails please",
        "Bitte nehmen Sie mich aus dem Verteiler",
        "Ich möchte keine weiteren E-Mails",
        "Bitte nicht mehr anschreiben",
        "Merci de me désinscrire",
        "Ne me contactez plus",
        "Quiero darme de baja",
        "No me escriban más",
        "Hi,\nSTOP\nDana",
        "Please take me off your list and do not write to me again. I have asked before.",
        "Please remove this address from your mailing list.",
        "Kindly remove ada@x.example from your database",
        "Stop sending me these emails!",
        "Stop spamming.",
        "Unsubscribe from all",
        "unsubscribe from your newsletter please",
        "Can you please remove me from this list",
        "I no longer wish to receive your emails.",
        "Opt me out please",
        "take us off the list",
        "Please delete my data.",
        "Don't ever contact me again",
        "never email us again.",
        "Tragen Sie uns bitte aus Ihrer Liste aus.",
        "Bitte streichen Sie mich von der Liste",
        "Schreiben Sie mir nicht mehr.",
        "Bitte keine E-Mails mehr!",
        "Nimm mich bitte aus dem Verteiler",
        "Abmelden",
        "Je ne souhaite plus recevoir vos messages",
        "Désabonnez-moi",
        "Retirez-moi de votre liste",
        "Veuillez supprimer mon adresse de votre liste",
        "Por favor, elimínenme de su lista",
        "No deseo recibir más correos",
        "Denme de baja",
        "No me envíen más mensajes",
        "Cancellatemi dalla lista",
        "Non voglio più ricevere queste email",
        "Vi prego di rimuovere il mio indirizzo",
        "Non mi scrivete più",
        "Schrijf mij uit",
        "Graag wil ik me uitschrijven",
        "Verwijder mij uit jullie lijst",
        "Geen mails meer aub",
        "Por favor, removam-me da lista",
        "Não quero mais receber e-mails",
        "Não me enviem mais mensagens",
        "Quero descadastrar meu e-mail",
        "Please do not email me.",
        "UNSUBSCRIBE!!!",
        "Thanks but unsubscribe me please",
        "We are not interested. Please remove us.",
        "how many times do I have to say: take me off this list",
    ],
)
def test_a_wish_to_be_left_alone(text: str) -> None:
    assert opt_out_in(text) is not None


@pytest.mark.parametrize(
    "text",
    [
        "Can we meet?",
        "I subscribe to that",
        "We cannot stop here",
        "To unsubscribe from this newsletter click below",
        "Take me through the demo",
        "Wir haben keine Fragen",
        "No thanks",
        "",
        "Don't stop, this is great",
        "Please don't stop sending me these updates",
        "I'll stop by your office on Tuesday.",
        "We stopped using our old vendor",
        "That would take us to the next level",
        "It would take us two weeks to roll out",
        "Is there an opt-out clause in the contract?",
        "How do your customers unsubscribe?",
        "If you no longer wish to receive these emails, reply STOP.",
        "Reply STOP to opt out.",
        "To stop receiving these emails, reply unsubscribe",
        "Our goal is to stop sending spreadsheets around.",
        "Can you remove the setup fee?",
        "Please remove me from cc and add my colleague Tom.",
        "Why did you remove me from the webinar list?",
        "I did not unsubscribe, please keep me on the list",
        "Please do not remove me from the list",
        "Do not call me before 9, otherwise any time works",
        "Don't contact me on the mobile, use the office line",
        "We want our users to be able to unsubscribe in one click",
        "Does the tool handle unsubscribe requests?",
        "You can unsubscribe at any time",
        "> STOP\nThat is what our customers write",
        "Sounds good.\n--\nUnsubscribe\nAda",
        "Sounds good. -- Ada Unsubscribe from our newsletter",
        "Sounds good, Tuesday works.\nAda Lovelace\nUnsubscribe | Privacy",
        "Wir haben noch keine Nachrichten erhalten",
        "Wir haben keine E-Mails erhalten",
        "Ich habe keine weiteren Fragen",
        "Falls Sie keine weiteren E-Mails wünschen, antworten Sie mit STOP.",
        "Sie können sich jederzeit abmelden",
        "Merci de ne pas nous oublier",
        "Pour vous désinscrire, cliquez ici",
        "Si vous ne souhaitez plus recevoir ces messages, répondez STOP",
        "No me envíe la factura todavía",
        "Para darse de baja, responda BAJA",
        "Non mi ha scritto nessuno",
        "Se non desideri più ricevere queste email, clicca qui",
        "Als u geen mails meer wilt, klik hier",
        "Não me enviou o preço",
        "Let's stop at two trailers",
        "One stop shop?",
        "Stop! Before we go on: what does it cost?",
        "The last stop of the tour is Berlin.",
        "Remove me as the contact and write to tom@x.example instead, he wants a quote",
        "I was out of office last week, let's meet",
        "Could you delete my old booking and give me Tuesday?",
        "Please remove my earlier order, I need two",
    ],
)
def test_what_only_sounds_like_one(text: str) -> None:
    assert opt_out_in(text) is None


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        (SUBJECT, True),
        ("Unsubscribe request", True),
        ("Re: STOP", True),
        ("Unsubscribe from mailing list", True),
        ("unsubscribe ada@x.example", True),
        ("Abmelden", True),
        ("Unsubscribe links in your product", False),
        ("Stop by on Tuesday?", False),
        ("Remove the ramp?", False),
        ("", False),
        (None, False),
    ],
)
def test_the_button_of_a_mail_program(subject: str | None, *, expected: bool) -> None:
    """RFC 2369, §3.2: the subject is what our List-Unsubscribe asks for, and the text is the program's."""
    text = "This message was automatically generated by your mail program."
    assert (opt_out_in(text, subject) is not None) is expected


def test_the_words_that_said_it_are_told() -> None:
    assert opt_out_in("Hi Robin, please take me off your list. Ada") == "take me off"


def test_a_long_text_takes_no_long_time() -> None:
    """It comes from strangers: each pattern looks at a bounded piece (failure D8)."""
    for text in ("remove " * 50_000, "please " * 50_000 + "?", "a." * READ, "no me " * 20_000):
        assert opt_out_in(text) is None
