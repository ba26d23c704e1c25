"""Tests of lib/drafts/classification.py."""

import pytest

from lib.drafts.classification import is_automated, is_opt_out, tag_for
from lib.drafts.extraction import extract_from


@pytest.mark.parametrize(
    "body",
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
    ],
)
def test_an_opt_out_is_recognised(body: str) -> None:
    assert is_opt_out(body)


@pytest.mark.parametrize(
    "body",
    [
        "Can we meet?",
        "I subscribe to that",
        "We cannot stop here",
        "To unsubscribe from this newsletter click below",
        "Take me through the demo",
        "Wir haben keine Fragen",
        "No thanks",
        "",
    ],
)
def test_other_messages_are_none(body: str) -> None:
    assert not is_opt_out(body)


@pytest.mark.parametrize(
    ("subject", "body", "automation", "expected"),
    [
        ("Re: x", "hello", "auto_reply", True),
        ("Re: x", "hello", "bounce", True),
        ("Automatic reply: x", "hello", None, True),
        ("Out of Office Re: x", "hello", None, True),
        ("Abwesenheitsnotiz: x", "hello", None, True),
        ("Réponse automatique : x", "hello", None, True),
        ("Respuesta automática: x", "hello", None, True),
        ("Undeliverable: x", "hello", None, True),
        ("Re: x", "This is an automated message.", None, True),
        ("Re: x", "Ceci est une réponse automatique", None, True),
        ("Re: out of office?", "I am out of the office next week, can we meet Monday?", None, False),
        (None, "hello", None, False),
    ],
)
def test_a_machine_is_recognised(
    subject: str | None, body: str, automation: str | None, *, expected: bool
) -> None:
    assert is_automated(subject, body, automation) is expected


@pytest.mark.parametrize(
    ("body", "before", "expected"),
    [
        ("Can we schedule a meeting?", None, "Meeting Requested"),
        ("Can you give me a call on Tuesday?", None, "Call Requested"),
        ("How much is it?", None, "Information Requested"),
        ("Send me more details", None, "Information Requested"),
        ("Sounds great, I'm interested", None, "Interested"),
        ("Not interested", "Interested", "Not Interested"),
        ("ok", "Automated Reply", "Follow Up"),
        ("ok", None, "Follow Up"),
        ("ok", "Opt Out", "Opt Out"),
        ("ok", "Blacklist", "Blacklist"),
        ("How much is it?", "Opt Out", "Information Requested"),
    ],
)
def test_the_tag_follows_from_what_is_wanted(body: str, before: str | None, expected: str) -> None:
    assert tag_for(body, extract_from(body, ()), before) == expected
