"""The gate that asks a language model too: its word can make a draft more careful, never less (domain §3).

The rules come first and last. A text that breaks one is not stored, whoever wrote it; the confidence is the
lower of the model's and of what the rules allow.
"""

from dataclasses import dataclass, replace

import structlog

from lib.clock import Deadline
from lib.drafts.composer import Extract
from lib.drafts.conversation import Conversation
from lib.drafts.gate import CLEAR, REVISED, UNSURE, GateDecision, GateVerdict
from lib.drafts.invariants.check import broken_invariants
from lib.drafts.invariants.reply import Reply
from lib.drafts.llm_composer import STORING_MS
from lib.drafts.llm_data import as_text, conversation_data
from lib.drafts.llm_doubts import doubts
from lib.drafts.llm_limits import overreach
from lib.drafts.llm_shapes import GateAnswer
from lib.drafts.prompts import GATE, prompt
from lib.llm.client import LlmClient
from lib.llm.errors import LlmError
from lib.llm.question import Answer, Question
from lib.log.events import LogEvent

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What is judged, and what it may be replaced by."""

    reply: Reply
    extract: Extract
    fallback: str
    """Holds every rule."""
    conversation: Conversation

    def wrong_with(self, draft: str) -> tuple[str, ...]:
        """The rules that `draft` breaks in the reply's place."""
        reply = replace(self.reply, draft=draft)
        broken = tuple(f"{one.code}: {one.message}" for one in broken_invariants(reply))
        return (*broken, *overreach(reply, self.conversation))

    def doubts_about(self, draft: str) -> tuple[str, ...]:
        """Why a person has to see `draft`."""
        return doubts(replace(self.reply, draft=draft), self.extract, self.conversation)


class LlmGate:
    """The overseer: the rules and a model."""

    def __init__(self, llm: LlmClient) -> None:
        self._llm = llm

    def __call__(
        self,
        reply: Reply,
        extract: Extract,
        fallback: str,
        /,
        *,
        conversation: Conversation,
        deadline: Deadline,
    ) -> GateVerdict:
        """The verdict on `reply`; without the model's word, the rules' own with no confidence."""
        judged = Judged(reply=reply, extract=extract, fallback=fallback, conversation=conversation)
        try:
            answer = self._asked(judged, deadline.earlier_by_ms(STORING_MS))
        except LlmError as error:
            _log.error(LogEvent.DRAFT_GATE_FAILED, message_id=str(conversation.trigger.id), error=error.code)
            return unheard(judged, error)
        return combined(judged, answer)

    def _asked(self, judged: Judged, deadline: Deadline) -> Answer[GateAnswer]:
        overseeing = prompt(GATE)
        data = {
            **conversation_data(judged.conversation),
            "draft": judged.reply.draft,
            "brokenRules": list(judged.wrong_with(judged.reply.draft)),
        }
        question = Question(
            key=overseeing.key, instructions=overseeing.text, data=as_text(data), shape=GateAnswer
        )
        return self._llm.ask(question, deadline=deadline)


def combined(judged: Judged, answer: Answer[GateAnswer]) -> GateVerdict:
    """The verdict from the rules and the model's word; pure.

    Approved is the composed draft and nothing else. Revised is the model's text where that holds the rules,
    else the fallback. A rewritten draft is for a person to see.
    """
    composed, word = judged.reply.draft, answer.value
    approved = word.decision is GateDecision.APPROVE
    wrong = judged.wrong_with(composed)
    draft = composed if approved else word.final_draft
    if not wrong and approved:
        found = judged.doubts_about(draft)
        allowed = UNSURE if found else CLEAR
    elif not judged.wrong_with(draft):
        found = (*wrong, *judged.doubts_about(draft))
        allowed = REVISED if wrong else UNSURE
    else:
        found = tuple(dict.fromkeys((*wrong, *judged.wrong_with(draft))))
        draft, allowed = judged.fallback, REVISED
    return GateVerdict(
        decision=GateDecision.APPROVE if draft == composed else GateDecision.REVISE,
        final_draft=draft,
        confidence=min(word.confidence, allowed),
        issues=(*found, *(f"overseer: {issue}" for issue in word.issues)),
        rationale=word.rationale or "The overseer gave no reason.",
        use=answer.use,
    )


def unheard(judged: Judged, error: LlmError) -> GateVerdict:
    """The verdict when the model gave none: nothing is blocked, and nothing goes out without a person."""
    composed = judged.reply.draft
    wrong = judged.wrong_with(composed)
    return GateVerdict(
        decision=GateDecision.REVISE if wrong else GateDecision.APPROVE,
        final_draft=judged.fallback if wrong else composed,
        confidence=0.0,
        issues=(f"gate_failed: {error.code}", *wrong, *judged.doubts_about(composed)),
        rationale="The overseer gave no verdict; the rules alone were asked, and a person has to judge.",
    )
