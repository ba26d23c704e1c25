"""Tests of lib/drafts/second_thoughts.py: nothing goes out alone that a mail's other words stand against."""

import pytest

from lib.drafts.extraction import extract_from
from lib.drafts.second_thoughts import second_thoughts
from tests.drafts.conftest import SLOTS


def doubted(inbound: str) -> bool:
    return second_thoughts(inbound, extract_from(inbound, SLOTS)) is not None


@pytest.mark.parametrize(
    "inbound",
    [
        "Tuesday at 2 PM works, scratch that, I can't.",
        "Tuesday 2pm works unless my flight is late",
        "Tuesday 2pm works, but only if Bob can join",
        "Tuesday at 2pm Tokyo time works",
        "Wednesday 10am EST works",
        "Tuesday at 2 PM works. Please cancel our contract.",
        "Please cancel our meeting.",
        "Do not book a meeting with me.",
        "We have no need for a demo, we'd like to sign now.",
        "No thanks to a call; but we want to buy 500 licences, send the contract.",
        "Mittwoch um 10 Uhr passt, falls mein Chef zustimmt",
        "Mercredi à 10h me convient, sauf si mon train est en retard",
        "El martes a las 2 me va bien, pero confirmo mañana",
    ],
)
def test_a_person_has_to_see_it(inbound: str) -> None:
    assert doubted(inbound)


@pytest.mark.parametrize(
    "inbound",
    [
        "Tuesday, March 3 at 2:00 PM works for me.",
        "Tuesday 2pm works great! Let me know if you need anything else.",
        "The second one works.\n-- \nAcme Ltd. Not a bank, but close.",
        "Tuesday works.\nThis mail is confidential; if you are not the intended recipient, delete it.",
        "Not interested, thanks.",
        "No, thank you.",
        "Kein Interesse, danke.",
        "Non, merci.",
        "Could you send me some times for a call?",
    ],
)
def test_it_says_one_plain_thing(inbound: str) -> None:
    assert not doubted(inbound)
