"""Tests of lib/drafts/invariants/booking_intent.py."""

import pytest

from lib.drafts.invariants.booking_intent import wants_booking

WANTS = [
    "Yes, let's schedule a call.",
    "What times are you available?",
    "Tuesday works for me",
    "2pm?",
    "The second option is good.",
    "Option 2 please",
    "First one please.",
    "I'm in. Please set up the meeting.",
    "Can we find a time to connect?",
    "Do you have time for a call next week?",
    "Do you have any availability for a chat?",
    "Happy to hop on something this week",
    "Yes to the first",
    "the latter works better",
    "Perfect, see you then",
    "Send me the invite",
    "ring me on 0151 555",
    "March 3 is good",
    "What does your calendar look like?",
    "Let's get something on the books",
    "Can you put me down for the earlier one?",
    "Could we do another day?",
    "Let's meet before the weekend. What does it cost?",
    "The first slot works. How much is it?",
    "Let's book a call; how much does it cost?",
    "What's the price? Also, Tuesday works for me.",
    "Not Tuesday, no thanks, but Wednesday works.",
    "Können wir einen Termin machen?",
    "Mittwoch passt mir gut",
    "Können wir kurz telefonieren?",
    "On peut se parler mardi ?",
    "Le premier créneau me convient",
    "¿Podemos hablar el martes?",
    "Me va bien la segunda hora, ¿agendamos la cita?",
    "Giovedì va bene per una chiamata",
]
WANTS_NOT = [
    "",
    "Thanks!",
    "What does your product cost?",
    "How much does it cost? Then we can meet.",
    "Can you send more information first? Then we can schedule a call.",
    "Happy to meet, but please send pricing before we book.",
    "Before we book anything, tell me about pricing.",
    "Could you share pricing and a case study first? Happy to set up a call afterwards.",
    "What are the features? If it fits we can talk.",
    "Send me more information",
    "We need a trailer for a festival on June 12. Could you send a quote?",
    "Nous cherchons une remorque du 12 au 14 juin. Pourriez-vous nous envoyer un devis ?",
    "Does it integrate with Google Calendar?",
    "We need software to schedule our 30 technicians. How much is it?",
    "I've booked a hotel for the trade fair. What does your platform cost?",
    "No thanks, we have a vendor already.",
    "Please don't call me.",
    "We don't need a demo, thanks.",
    "Please remove me from your list.",
    "Nein danke, kein Interesse an einem Termin.",
    "Können Sie vorab die Preise schicken, bevor wir einen Termin machen?",
    "Pourriez-vous d'abord envoyer les tarifs ?",
]


@pytest.mark.parametrize("inbound", WANTS)
def test_somebody_who_asks_for_or_takes_a_meeting_wants_to_book(inbound: str) -> None:
    assert wants_booking(inbound)


@pytest.mark.parametrize("inbound", WANTS_NOT)
def test_not_who_asks_for_something_else_first_or_declines(inbound: str) -> None:
    assert not wants_booking(inbound)
