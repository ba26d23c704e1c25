"""Tests of lib/drafts/template_composer.py and its texts."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.clock import Deadline, SystemClock
from lib.drafts.composer import Composition, Move
from lib.drafts.conversation import Conversation, Direction
from lib.drafts.drafting import reply_of
from lib.drafts.invariants.check import broken_invariants
from lib.drafts.template_composer import TemplateComposer
from tests.drafts.conftest import SLOTS, conversation

LINK = "https://calendly.com/acme/intro"
WROTE = ((Direction.OUTBOUND, "Here are two slots."),)


def compose(held: Conversation) -> Composition:
    return TemplateComposer().compose(held, deadline=Deadline.after_ms(SystemClock(), 1_000))


@dataclass(frozen=True, kw_only=True)
class Case:
    """An inbound, the facts, and what the answer does and says."""

    said: str
    move: Move
    says: tuple[str, ...]
    facts: dict[str, Any] = field(default_factory=dict)


CASES = (
    Case(
        said="Tuesday, March 3 at 2:00 PM works",
        facts={"slots": SLOTS},
        move=Move.CONFIRM_SLOT,
        says=("Hi Ada,", "Tuesday, March 3 at 2:00 PM works for us", "Best regards"),
    ),
    Case(
        said="Sounds good!",
        facts={"slots": SLOTS},
        move=Move.ASK_WHICH_SLOT,
        says=(f"- {SLOTS[0]}\n- {SLOTS[1]}", "Which of these"),
    ),
    Case(said="Can we schedule a call?", facts={"slots": SLOTS}, move=Move.OFFER_SLOTS, says=SLOTS),
    Case(
        said="None of these work, sorry",
        facts={"slots": SLOTS, "before": WROTE},
        move=Move.ASK_FOR_TIMES,
        says=("Which days and times suit you",),
    ),
    Case(
        said="Can we schedule a call?",
        facts={"booking_link": LINK},
        move=Move.POINT_TO_BOOKING,
        says=(f"here:\n{LINK}",),
    ),
    Case(
        said="Pick a slot: https://cal.com/ada",
        facts={"booking_link": LINK},
        move=Move.USE_THEIR_SCHEDULER,
        says=("We will pick a time there",),
    ),
    Case(
        said="How about Friday at 3pm?",
        move=Move.CHECK_PROPOSAL,
        says=("check it against our calendar",),
    ),
    Case(
        said="Can we reschedule?",
        facts={"slots": SLOTS},
        move=Move.FIND_NEW_TIME,
        says=("another time",),
    ),
    Case(said="No thanks", move=Move.ACCEPT_DECLINE, says=("not follow up any further",)),
    Case(said="How much is it?", move=Move.ANSWER_PRICING, says=("depends on what you need",)),
    Case(
        said="How much is it?",
        facts={"service_description": "We do things. Seats are $12 a month.\nCall us."},
        move=Move.ANSWER_PRICING,
        says=("On the price: Seats are $12 a month.",),
    ),
    Case(
        said="Let's schedule a call; what is the price?",
        facts={"booking_link": LINK},
        move=Move.POINT_TO_BOOKING,
        says=(LINK, "What it costs"),
    ),
    Case(said="Thanks for that.", facts={"name": None}, move=Move.ACKNOWLEDGE, says=("Hello,",)),
    Case(
        said="Dienstag passt mir gut",
        facts={"slots": SLOTS},
        move=Move.CONFIRM_SLOT,
        says=("Guten Tag Ada,", f"{SLOTS[0]} passt uns gut", "Viele Grüße"),
    ),
    Case(
        said="Pouvez-vous me dire quel est le prix ?",
        move=Move.ANSWER_PRICING,
        says=("Bonjour Ada,", "Le coût dépend"),
    ),
    Case(said="No, gracias", move=Move.ACCEPT_DECLINE, says=("Hola Ada:", "Saludos cordiales")),
    Case(
        said="And the yard has a slope.",
        facts={"before": ((Direction.INBOUND, "Can we schedule a call?"),), "booking_link": LINK},
        move=Move.POINT_TO_BOOKING,
        says=(LINK,),
    ),
    Case(
        said="Sorry, I meant Wednesday",
        facts={"before": ((Direction.INBOUND, "Tuesday works"),), "slots": SLOTS},
        move=Move.CONFIRM_SLOT,
        says=(SLOTS[1],),
    ),
    Case(
        said="Ok",
        facts={"before": ((Direction.INBOUND, "Guten Tag, wir haben noch eine Frage an Sie."),)},
        move=Move.ACKNOWLEDGE,
        says=("Guten Tag Ada,",),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: repr(case.said))
def test_the_answer_follows_from_what_is_wanted(case: Case) -> None:
    """Domain §3: rules on intent, offered slots, pricing asked; deterministic, offline."""
    held = conversation(case.said, **case.facts)
    composed = compose(held)
    assert composed.strategy.move is case.move
    assert all(phrase in composed.text for phrase in case.says), composed.text
    assert broken_invariants(reply_of(held, composed.text)) == ()
    assert composed == compose(held)


words = st.sampled_from(
    (
        *("How much", "price", "schedule a call", "Tuesday", "at 3pm", "works", "none of these", "March 9"),
        *("https://cal.com/ada", "Können wir", "merci", "gracias", "reschedule", "no thanks", "?", "first"),
        *SLOTS,
    )
)


@given(
    st.lists(words, max_size=6).map(" ".join) | st.text(max_size=60),
    st.sampled_from(((), SLOTS, SLOTS[:1])),
    st.sampled_from((None, LINK, "https://acme.example/talk")),
    st.sampled_from((None, "Seats are $12 a month, at 5pm on March 9.", "12 EUR {slot}")),
    st.none() | st.text(max_size=20),
)
def test_law_a_composition_promises_no_time_date_or_link_of_its_own(
    said: str, slots: tuple[str, ...], link: str | None, description: str | None, name: str | None
) -> None:
    held = conversation(said, slots=slots, booking_link=link, service_description=description, name=name)
    broken = {str(one.code) for one in broken_invariants(reply_of(held, compose(held).text))}
    assert broken <= ({"slot_mismatch", "date_mismatch"} if description else set())
