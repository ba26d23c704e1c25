"""Tests of lib/drafts/extraction.py."""

from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.drafts.extraction import extract_from
from tests.drafts.conftest import SLOTS


@dataclass(frozen=True, kw_only=True)
class Case:
    """An inbound and what is to be understood of it; what is not named is as with nothing said."""

    said: str
    understood: dict[str, Any]
    slots: tuple[str, ...] = SLOTS


NOTHING = {
    "is_scheduling": False,
    "intent": "other",
    "accepted_slot_index": None,
    "preferred_day": None,
    "preferred_time": None,
    "detected_timezone": None,
    "needs_clarification": False,
    "needs_pricing_answer": False,
}


def accepts(index: int | None, **more: Any) -> dict[str, Any]:
    return {
        "is_scheduling": True,
        "intent": "accept_offer",
        "accepted_slot_index": index,
        "needs_clarification": index is None,
        **more,
    }


def schedules(intent: str, **more: Any) -> dict[str, Any]:
    return {"is_scheduling": True, "intent": intent, **more}


TUESDAY_2PM = {"preferred_day": "Tuesday", "preferred_time": "2:00pm"}
CASES = (
    Case(
        said="Tuesday, March 3 at 2:00 PM works for me.",
        understood=accepts(0, preferred_day="March 3", preferred_time="2:00pm"),
    ),
    Case(said="Tuesday 2pm is great!", understood=accepts(0, **TUESDAY_2PM)),
    Case(said="Let's do Wednesday.", understood=accepts(1, preferred_day="Wednesday")),
    Case(said="10am works", understood=accepts(1, preferred_time="10:00am")),
    Case(said="The second one, please", understood=accepts(1)),
    Case(said="Option 1 it is", understood=accepts(0)),
    Case(said="Mittwoch passt mir gut", understood=accepts(1, preferred_day="Wednesday")),
    Case(said="Mardi me convient", understood=accepts(0, preferred_day="Tuesday")),
    Case(said="El martes me va bien", understood=accepts(0, preferred_day="Tuesday")),
    Case(said="Sounds good!", understood=accepts(None)),
    Case(said="Yes, perfect.", slots=SLOTS[:1], understood=accepts(0)),
    Case(
        said="Tuesday doesn't work, but Wednesday is perfect",
        understood=schedules("propose_time", preferred_day="Tuesday"),
    ),
    Case(said="None of these work for me.", understood=schedules("request_times")),
    Case(
        said="Unfortunately not. How about Friday at 3pm CET?",
        understood=schedules(
            "propose_time", preferred_day="Friday", preferred_time="3:00pm", detected_timezone="Europe/Berlin"
        ),
    ),
    Case(said="How about Friday?", understood=schedules("propose_time", preferred_day="Friday")),
    Case(
        said="Could we talk on 5 May at 14:30, Europe/Paris?",
        slots=(),
        understood=schedules(
            "propose_time", preferred_day="May 5", preferred_time="2:30pm", detected_timezone="Europe/Paris"
        ),
    ),
    Case(said="When are you available for a call?", slots=(), understood=schedules("request_times")),
    Case(said="Grab a slot: https://calendly.com/ada", slots=(), understood=schedules("request_times")),
    Case(said="Können wir einen Termin vereinbaren?", slots=(), understood=schedules("request_times")),
    Case(said="Peut-on fixer un rendez-vous ?", slots=(), understood=schedules("request_times")),
    Case(said="¿Podemos agendar una llamada?", slots=(), understood=schedules("request_times")),
    Case(said="Something came up, can we reschedule?", understood=schedules("reschedule")),
    Case(said="Können wir den Termin verschieben?", understood=schedules("reschedule")),
    Case(said="No thanks, not interested.", understood={"intent": "decline"}),
    Case(said="Kein Interesse.", understood={"intent": "decline"}),
    Case(said="Non merci", understood={"intent": "decline"}),
    Case(said="No, gracias", understood={"intent": "decline"}),
    Case(said="How much does it cost?", understood={"needs_pricing_answer": True}),
    Case(said="Was kostet das?", slots=(), understood={"needs_pricing_answer": True}),
    Case(said="Quel est le prix ?", slots=(), understood={"needs_pricing_answer": True}),
    Case(said="¿Cuánto cuesta?", slots=(), understood={"needs_pricing_answer": True}),
    Case(
        said="Let's schedule a call, and what is the price?",
        slots=(),
        understood=schedules("request_times", needs_pricing_answer=True),
    ),
    Case(said="Thanks for the update.", slots=(), understood={}),
    Case(said="", understood={}),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: repr(case.said))
def test_it_is_understood(case: Case) -> None:
    """Domain §3: what the extract yields."""
    extract = extract_from(case.said, case.slots)
    assert {name: getattr(extract, name) for name in NOTHING} == {**NOTHING, **case.understood}


@given(st.text(max_size=200), st.lists(st.text(max_size=30), max_size=3).map(tuple))
def test_law_any_text_is_understood_somehow(said: str, slots: tuple[str, ...]) -> None:
    extract = extract_from(said, slots)
    index = extract.accepted_slot_index
    assert index is None or 0 <= index < len(slots)
    assert extract.is_scheduling == (extract.intent not in ("decline", "other"))
    assert (extract.intent == "accept_offer") == (index is not None or extract.needs_clarification)


@given(st.sampled_from(SLOTS))
def test_law_repeating_an_offer_accepts_it(slot: str) -> None:
    assert extract_from(slot, SLOTS).accepted_slot_index == SLOTS.index(slot)
