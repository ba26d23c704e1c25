"""Tests of lib/drafts/drafting.py."""

import pytest

from lib.clock import Deadline
from lib.drafts.composer import Composition
from lib.drafts.conversation import Conversation, Direction
from lib.drafts.drafting import draft_reply, reply_of
from lib.drafts.gate import GateVerdict, overseer_gate
from lib.drafts.template_composer import TemplateComposer
from tests.drafts.conftest import SLOTS, conversation

ACCEPTED = conversation("Tuesday, March 3 at 2:00 PM works", slots=SLOTS)


def test_every_stage_says_what_it_did(deadline: Deadline) -> None:
    """Domain §3: stages are stored as artifacts."""
    drafted = draft_reply(ACCEPTED, TemplateComposer(), overseer_gate, deadline=deadline)
    payloads = {str(artifact.stage): artifact.payload for artifact in drafted.artifacts}
    text = drafted.composition.text
    assert payloads == {
        "meeting_overseer_extract": {
            "isScheduling": True,
            "intent": "accept_offer",
            "acceptedSlotIndex": 0,
            "preferredDay": "March 3",
            "preferredTime": "2:00pm",
            "detectedTimezone": None,
            "needsClarification": False,
            "needsPricingAnswer": False,
        },
        "draft_strategy": {"move": "confirm_slot", "language": "en", "includesPricing": False},
        "draft_generation": {"characters": len(text)},
        "draft_verifier": {"invariants": []},
        "meeting_overseer_gate": {
            "decision": "approve",
            "final_draft": text,
            "confidence": 0.95,
            "issues": [],
            "rationale": "No invariant is broken.",
        },
    }
    assert drafted.decision == {
        "gate": "approve",
        "confidence": 0.95,
        "issues": [],
        "rationale": "No invariant is broken.",
        "intent": "accept_offer",
        "move": "confirm_slot",
    }


def test_a_gate_that_fails_is_recorded_and_blocks_nothing(deadline: Deadline) -> None:
    """Domain §3."""

    def broken(*_: object, **__: object) -> GateVerdict:
        raise TimeoutError

    drafted = draft_reply(ACCEPTED, TemplateComposer(), broken, deadline=deadline)
    assert drafted.verdict.final_draft == drafted.composition.text
    assert drafted.verdict.issues == ("gate_failed: TimeoutError",)


def test_a_composer_that_fails_goes_through(deadline: Deadline) -> None:
    class Failing:
        def compose(self, conversation: Conversation, *, deadline: Deadline) -> Composition:
            del conversation, deadline
            raise ValueError("no idea")

    with pytest.raises(ValueError, match="no idea"):
        draft_reply(ACCEPTED, Failing(), overseer_gate, deadline=deadline)


def test_the_invariants_see_what_was_left_open_before() -> None:
    held = conversation(
        "Any news?",
        before=((Direction.INBOUND, "Can we talk at 5pm?"),),
        slots=SLOTS,
        booking_link="https://cal.com/acme",
        scheduler_link="https://cal.com/ada",
    )
    reply = reply_of(held, "5pm works")
    assert reply.inbound == "Can we talk at 5pm?\n\nAny news?"
    assert reply.known_links == ("https://cal.com/acme", "https://cal.com/ada")
