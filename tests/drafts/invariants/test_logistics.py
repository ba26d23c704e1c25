"""Tests of lib/drafts/invariants/logistics.py."""

import pytest

from lib.drafts.invariants.logistics import has_logistics
from tests.drafts.invariants.cases import reply

HELPS = [
    "Tuesday?",
    "tomorrow then",
    "2pm?",
    "March 3?",
    "https://calendly.com/x",
    "Which day works for you?",
    "Does either of those work?",
    "What is your availability?",
    "When are you free?",
    "I'll send an invite.",
    "The Teams invite is coming.",
    "The calendar invite is on its way.",
    "You're booked.",
    "Confirmed!",
    "We are all set.",
    "Let me schedule that for you.",
    "I'll book us in.",
    "Which number should I call?",
    "I'll call you then.",
    "Happy to hop on a call.",
    "See you then!",
    "I moved us to the other slot.",
    "The first option it is.",
    "I've put you down for it.",
    "Which time zone are you in?",
    "Let me know if that works.",
    "Could you suggest another time?",
    "It's on my calendar.",
    "Let me know which slot suits.",
    "I'm free next week.",
    "Looking forward to our call.",
    "Wann passt es Ihnen?",
    "Der Termin steht.",
    "Quel jour vous arrange ?",
    "Le créneau est réservé.",
    "¿Qué día le va bien?",
    "Le envío la invitación.",
    "Che giorno va bene?",
]
SELLS = [
    "It helps teams book more meetings.",
    "We integrate with monday.com and Calendly.",
    "Calendar sync and scheduling automation are included.",
    "Testimonials are available.",
    "It is available in 40 countries.",
    "It saves time, every time.",
    "24/7 support.",
    "A platform that works for teams of every size.",
    "Get 20% off until March 31.",
    "Buy by Friday and save.",
    "Black Friday deals are on.",
    "Customers get a report every Monday.",
    "Studies confirm it.",
    "Results confirmed by customers.",
    "We invite you to discover more.",
    "Sales calls get shorter.",
    "It fills your calendar with qualified leads.",
    "The right time to invest.",
    "Our call center software.",
    "Meeting rooms of any size profit.",
    "Users schedule posts in minutes.",
]


@pytest.mark.parametrize("draft", HELPS)
def test_what_helps_to_set_up_the_meeting(draft: str) -> None:
    assert has_logistics(reply(draft))


@pytest.mark.parametrize("draft", SELLS)
def test_what_only_sounds_like_it(draft: str) -> None:
    assert not has_logistics(reply(draft))
