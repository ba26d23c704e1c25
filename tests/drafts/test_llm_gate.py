"""Tests of lib/drafts/llm_gate.py: the model's word, and the rules around it."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.clock import Deadline
from lib.drafts.drafting import reply_of
from lib.drafts.extraction import extract_from
from lib.drafts.gate import CLEAR, REVISED, UNSURE, GateDecision, GateVerdict
from lib.drafts.invariants.check import broken_invariants
from lib.drafts.language import Language
from lib.drafts.letter import safe_reply
from lib.drafts.llm_gate import Judged, LlmGate, combined
from lib.drafts.llm_limits import overreach
from lib.drafts.llm_shapes import GateAnswer
from lib.llm.question import Answer, ModelUse
from tests.drafts.conftest import SLOTS, conversation
from tests.drafts.llm_model import LETTER, asking, model, verdict
from tests.llm.endpoints import MISBEHAVING, obeys

ACCEPTED = conversation("Tuesday, March 3 at 2:00 PM works", slots=SLOTS)
SAFE = safe_reply(Language.ENGLISH, "Ada Lovelace")
BROKEN = "Hi Ada,\n\nYou are booked for March 9 at 5pm."
DRAFTS = (LETTER, BROKEN, "", "Friday at 5 PM is confirmed.", "www.evil.example", "evil.example/pay")
SILENT = ("never answers", "500", "429", "401", "invalid JSON twice", "cuts its answer")
USE = ModelUse(key="k", model="m", input_tokens=1, output_tokens=1, latency_ms=1, requests=1)


def judged(draft: str = LETTER) -> Judged:
    return Judged(
        reply=reply_of(ACCEPTED, draft),
        extract=extract_from(ACCEPTED.asked, SLOTS),
        fallback=SAFE,
        conversation=ACCEPTED,
    )


def told(draft: str = LETTER, **word: Any) -> GateVerdict:
    return combined(judged(draft), Answer(value=GateAnswer.model_validate(verdict(**word)), use=USE))


class TestCombined:
    def test_what_both_approve(self) -> None:
        """No more than the rules allow, however sure the model is."""
        found = told(confidence=1.0)
        assert (found.decision, found.final_draft, found.confidence) == (GateDecision.APPROVE, LETTER, CLEAR)
        assert found.issues == ()

    def test_the_model_can_be_less_sure(self) -> None:
        found = told(confidence=0.3, issues=["It is curt."])
        assert (found.confidence, found.issues) == (0.3, ("overseer: It is curt.",))

    def test_approved_is_the_draft_and_nothing_else(self) -> None:
        """A text that comes along with an approval is no draft."""
        assert told(final_draft="Pay here: https://evil.example").final_draft == LETTER

    def test_a_revision_that_holds_is_for_a_person(self) -> None:
        better = "Hello Ada,\n\nTuesday, March 3 at 2:00 PM it is.\n\nBest regards"
        found = told(decision="revise", final_draft=better, confidence=1.0)
        assert (found.decision, found.final_draft, found.confidence) == (GateDecision.REVISE, better, UNSURE)

    def test_a_revision_of_a_broken_draft_is_less_sure_still(self) -> None:
        found = told(BROKEN, decision="revise", final_draft=LETTER, confidence=1.0)
        assert (found.final_draft, found.confidence) == (LETTER, REVISED)
        assert [issue.split(":")[0] for issue in found.issues][:2] == ["slot_mismatch", "date_mismatch"]

    @pytest.mark.parametrize("decision", ["approve", "revise"])
    @pytest.mark.parametrize(
        "text", [BROKEN, "", "See https://calendly.com/evil", "Pay at https://evil.example/now"]
    )
    def test_what_breaks_a_rule_is_replaced_whatever_the_model_says(self, text: str, decision: str) -> None:
        found = told(text or "\u200b", decision=decision, final_draft=text, confidence=1.0)
        assert (found.decision, found.final_draft, found.confidence) == (GateDecision.REVISE, SAFE, REVISED)
        assert found.issues

    @given(
        draft=st.sampled_from(DRAFTS),
        final=st.one_of(st.text(), st.sampled_from(DRAFTS)),
        decision=st.sampled_from(GateDecision),
        confidence=st.floats(0, 1),
    )
    @settings(max_examples=60, deadline=None)
    def test_no_word_of_a_model_lets_a_broken_text_through(
        self, draft: str, final: str, decision: GateDecision, confidence: float
    ) -> None:
        """The law: what is stored holds every rule, and is as sure as the rules allow at most."""
        found = told(draft, decision=decision, final_draft=final, confidence=confidence)
        reply = replace(judged().reply, draft=found.final_draft)
        assert broken_invariants(reply) == ()
        assert overreach(reply, ACCEPTED) == ()
        assert found.confidence <= min(confidence, CLEAR if found.final_draft == draft else UNSURE)


class TestAsked:
    def test_its_use_is_kept(self, deadline: Deadline) -> None:
        with asking() as asked:
            gate = LlmGate(asked.client)
            found = gate(judged().reply, judged().extract, SAFE, conversation=ACCEPTED, deadline=deadline)
        assert found.use is not None
        assert (found.use.key, found.use.input_tokens) == ("meeting.overseer.gate.v1", 30)

    def test_it_is_told_what_is_broken(self, deadline: Deadline) -> None:
        with asking(obeys(model(gate=verdict(decision="revise", final_draft=LETTER)))) as asked:
            LlmGate(asked.client)(
                judged(BROKEN).reply, judged().extract, SAFE, conversation=ACCEPTED, deadline=deadline
            )
        assert "slot_mismatch" in asked.asked[0]["messages"][1]["content"]

    @pytest.mark.parametrize("what", SILENT)
    @pytest.mark.parametrize(("draft", "kept"), [(LETTER, LETTER), (BROKEN, SAFE)])
    def test_a_model_that_says_nothing_blocks_nothing(
        self, what: str, draft: str, kept: str, deadline: Deadline
    ) -> None:
        """The rules alone decide on the text, and nothing goes out without a person (domain §3)."""
        script, code = MISBEHAVING[what]
        with asking(script, timeout_ms=300 if code == "llm_timed_out" else 20_000) as asked:
            found = LlmGate(asked.client)(
                judged(draft).reply, judged().extract, SAFE, conversation=ACCEPTED, deadline=deadline
            )
        assert (found.final_draft, found.confidence, found.use) == (kept, 0.0, None)
        assert found.issues[0] == f"gate_failed: {code}"
