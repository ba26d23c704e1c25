"""Tests of lib/drafts/gate.py."""

import pytest

from lib.drafts.extraction import extract_from
from lib.drafts.gate import PROMPT_KEY, gate_failed, overseer_gate
from lib.drafts.invariants.check import broken_invariants
from lib.drafts.invariants.reply import Reply
from tests.drafts.conftest import SLOTS

SAFE = "We will come back to you."


def judged(draft: str, inbound: str = "Tuesday 2pm works") -> tuple[str, str, float, list[str]]:
    reply = Reply(inbound=inbound, draft=draft, offered_slots=SLOTS)
    verdict = overseer_gate(reply, extract_from(inbound, SLOTS), SAFE)
    assert verdict.rationale
    return (
        verdict.decision,
        verdict.final_draft,
        verdict.confidence,
        [issue.split(":")[0] for issue in verdict.issues],
    )


def test_its_prompt_key() -> None:
    """Domain §3."""
    assert PROMPT_KEY == "meeting.overseer.gate.v1"


def test_a_draft_that_breaks_nothing_is_approved_as_it_is() -> None:
    draft = f"{SLOTS[0]} works for us."
    assert judged(draft) == ("approve", draft, 0.95, [])


def test_a_draft_that_breaks_something_is_revised_once() -> None:
    assert judged("Booked for March 9 at 5pm.") == (
        "revise", SAFE, 0.4, ["slot_mismatch", "date_mismatch"],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("inbound", "issue"),
    [
        ("Sounds good!", "needs_clarification"),
        ("How much is it?", "needs_pricing_answer"),
        ("How about Friday?", "needs_person"),
        ("Where are you based?", "needs_person"),
        ("Tuesday 2pm works unless my flight is late", "second_thoughts"),
    ],
)
def test_a_guess_is_less_sure(inbound: str, issue: str) -> None:
    """Domain §4: auto-send starts at 0.9, so what a person should see stays below."""
    decision, _, confidence, issues = judged("Thank you.", inbound)
    assert (decision, confidence, issue in issues) == ("approve", 0.7, True)


def test_a_gate_that_failed_keeps_the_draft_for_a_person() -> None:
    """Domain §3: a gate failure never blocks drafting."""
    reply = Reply(inbound="", draft="5pm", offered_slots=SLOTS)
    verdict = gate_failed("5pm", broken_invariants(reply), TimeoutError())
    assert (verdict.decision, verdict.final_draft, verdict.confidence) == ("approve", "5pm", 0.0)
    assert [issue.split(":")[0] for issue in verdict.issues] == ["gate_failed", "slot_mismatch"]
