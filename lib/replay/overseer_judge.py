"""The judge that asks a language model too: the rules come first, and no model talks them out of a fault."""

from dataclasses import replace
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from lib.clock import Deadline
from lib.drafts.llm_data import as_text, conversation_data
from lib.drafts.prompts import ADJUDICATION, JUDGE, prompt
from lib.inbox.storable_text import storable
from lib.llm.client import LlmClient
from lib.llm.question import Question
from lib.replay.judge import Bar, Judgement, Subject
from lib.replay.rules_judge import RulesJudge

BORDERLINE: Final = 6
"""Points around the bar within which a second opinion is asked for."""
REASONS_LIMIT: Final = 10
REASON_LIMIT: Final = 300


def _shortened(held: object) -> object:
    if not isinstance(held, list):
        return held
    return [storable(one)[:REASON_LIMIT] if isinstance(one, str) else one for one in held[:REASONS_LIMIT]]


Score = Annotated[int, Field(ge=0, le=100)]


class JudgeAnswer(BaseModel):
    """The model's scores."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    answer: Score
    facts: Score
    tone: Score
    language: Score
    overall: Score
    reasons: Annotated[list[str], BeforeValidator(_shortened)]

    @property
    def dimensions(self) -> dict[str, int]:
        """The scores but the overall one."""
        return {"answer": self.answer, "facts": self.facts, "tone": self.tone, "language": self.language}


class OverseerJudge:
    """Judges by rules, then by a model; near the bar the model is asked again, with its own first word."""

    def __init__(self, llm: LlmClient) -> None:
        self._llm = llm
        self._rules = RulesJudge()

    def judge(self, subject: Subject, bar: Bar, *, deadline: Deadline) -> Judgement:
        """The verdict. Raises LlmError. A draft that is objectively wrong is not shown to the model."""
        by_rules = self._rules.judge(subject, bar, deadline=deadline)
        if not by_rules.faultless:
            return by_rules
        data: dict[str, Any] = {
            **conversation_data(subject.conversation),
            "draft": subject.draft,
            "rules": {"scores": by_rules.dimensions, "reasons": list(by_rules.failure_reasons)},
        }
        first = self._asked(JUDGE, data, deadline)
        verdict = _judgement(by_rules, JUDGE, first, bar)
        if abs(first.overall - bar.threshold) > BORDERLINE:
            return verdict
        again = {**data, "first": first.model_dump(mode="json"), "bar": bar.threshold}
        return _judgement(by_rules, ADJUDICATION, self._asked(ADJUDICATION, again, deadline), bar)

    def _asked(self, key: str, data: dict[str, Any], deadline: Deadline) -> JudgeAnswer:
        judging = prompt(key)
        question = Question(key=judging.key, instructions=judging.text, data=as_text(data), shape=JudgeAnswer)
        return self._llm.ask(question, deadline=deadline).value


def _judgement(by_rules: Judgement, key: str, word: JudgeAnswer, bar: Bar) -> Judgement:
    """The model's scores in the place of the rules'; what the rules remarked stays."""
    below = word.overall < bar.threshold
    told = (f"below_threshold: {word.overall} of {bar.threshold} points.",) if below else ()
    remarks = tuple(one for one in by_rules.failure_reasons if not one.startswith("below_threshold"))
    return replace(
        by_rules,
        passed=not below,
        prompt_key=key,
        system_prompt=prompt(key).text,
        overall_score=word.overall,
        dimensions=word.dimensions,
        failure_reasons=(*told, *(f"overseer: {reason}" for reason in word.reasons), *remarks),
    )
