"""Tests of lib/drafts/llm_composer.py and of the shapes that it asks for, over a stub endpoint."""

import json
from typing import Any

import pytest

from lib.clock import Deadline, SystemClock
from lib.drafts.artifact import Stage
from lib.drafts.composer import Composition, Intent, Move
from lib.drafts.language import Language
from lib.drafts.llm_composer import LlmComposer
from lib.llm.errors import LlmAnswerInvalid, LlmTimedOut
from lib.memory.entry import MemoryScope
from tests.drafts.conftest import SLOTS, conversation
from tests.drafts.llm_model import EXTRACT, LETTER, asking, drafted, model, prompt_of
from tests.llm.endpoints import obeys
from tests.ticks.event_apis import silent

ACCEPTED = conversation("Tuesday, March 3 at 2:00 PM works", slots=SLOTS)
PROPOSAL = {
    "scope": "lead",
    "category": "wish",
    "content": "Prefers mornings.",
    "ttlDays": 30,
    "confidence": 1,
}


def composed(deadline: Deadline, **said: Any) -> Composition:
    with asking(obeys(model(**said))) as asked:
        return LlmComposer(asked.client).compose(ACCEPTED, deadline=deadline)


class TestAComposition:
    def test_is_the_models(self, deadline: Deadline) -> None:
        composition = composed(deadline)
        assert (composition.text, composition.model) == (LETTER, "stub-1")
        assert composition.extract.intent is Intent.ACCEPT_OFFER
        assert composition.extract.accepted_slot_index == 0
        assert (composition.strategy.move, composition.strategy.language) == (
            Move.CONFIRM_SLOT, Language.ENGLISH,
        )  # fmt: skip

    def test_says_what_each_stage_cost(self, deadline: Deadline) -> None:
        uses = composed(deadline).uses
        assert {stage: (use.key, use.input_tokens, use.output_tokens) for stage, use in uses.items()} == {
            Stage.MEETING_OVERSEER_EXTRACT: ("meeting.overseer.extract.v1", 30, 12),
            Stage.DRAFT_GENERATION: ("draft.generation.v1", 30, 12),
        }

    def test_is_asked_for_in_two_questions(self, deadline: Deadline) -> None:
        """The second knows what the first understood; the mail is in the user's part alone."""
        with asking() as asked:
            LlmComposer(asked.client).compose(ACCEPTED, deadline=deadline)
        assert [prompt_of(body) for body in asked.asked] == ["ExtractAnswer", "DraftAnswer"]
        for body in asked.asked:
            system, user = body["messages"]
            assert ACCEPTED.trigger.body not in system["content"]
            assert json.loads(user["content"])["untrusted"]["toAnswer"] == ACCEPTED.trigger.body
        assert json.loads(asked.asked[1]["messages"][1]["content"])["understood"]["intent"] == "accept_offer"

    def test_carries_proposals(self, deadline: Deadline) -> None:
        """At most ten a message (domain §5); the policy decides on each."""
        (proposal, *others) = composed(deadline, draft=drafted(memory=[PROPOSAL] * 12)).proposals
        assert (proposal.scope, proposal.content, proposal.ttl_days) == (
            MemoryScope.LEAD, "Prefers mornings.", 30,
        )  # fmt: skip
        assert len(others) == 9

    def test_can_be_stored(self, deadline: Deadline) -> None:
        """PostgreSQL takes no NUL, and a terminal acts on controls."""
        assert composed(deadline, draft=drafted("\x00Hi\x1b[31m Ada\r\n")).text == "Hi[31m Ada"


class TestAnAnswerThatDoesNotFit:
    @pytest.mark.parametrize(
        "change",
        [
            pytest.param({"acceptedSlotIndex": 2}, id="a slot that was not offered"),
            pytest.param({"acceptedSlotIndex": -1}, id="a negative slot"),
            pytest.param({"intent": "decline"}, id="declined and accepted"),
            pytest.param({"intent": "send_money"}, id="another intent"),
            pytest.param({"confidence": 1.0}, id="a field too many"),
        ],
    )
    def test_of_the_extract(self, change: dict[str, Any], deadline: Deadline) -> None:
        with pytest.raises(LlmAnswerInvalid):
            composed(deadline, extract={**EXTRACT, **change})

    @pytest.mark.parametrize(
        "answer",
        [
            pytest.param(drafted(""), id="no draft"),
            pytest.param(drafted("x" * 6_001), id="a book"),
            pytest.param(drafted(move="wire_money"), id="another move"),
            pytest.param(drafted(memory=[{**PROPOSAL, "scope": "everyone"}]), id="another scope"),
            pytest.param({**drafted(), "tool_calls": []}, id="a tool"),
        ],
    )
    def test_of_the_draft(self, answer: object, deadline: Deadline) -> None:
        with pytest.raises(LlmAnswerInvalid):
            composed(deadline, draft=answer)

    def test_what_can_be_put_right_is(self, deadline: Deadline) -> None:
        """A zone or a time that is none is left out; an acceptance of no slot needs a question."""
        extract = composed(
            deadline,
            extract={
                **EXTRACT,
                "acceptedSlotIndex": None,
                "detectedTimezone": "Mars/Olympus",
                "preferredTime": "teatime",
                "preferredDay": "the 3rd of March",
            },
        ).extract
        assert (extract.detected_timezone, extract.preferred_time) == (None, None)
        assert extract.preferred_day == "March 3"
        assert extract.needs_clarification


def test_the_jobs_deadline_holds() -> None:
    with asking(silent) as asked, pytest.raises(LlmTimedOut):
        LlmComposer(asked.client).compose(ACCEPTED, deadline=Deadline.after_ms(SystemClock(), 1_300))
