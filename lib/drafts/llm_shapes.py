"""The answers that a model has to give, and what becomes of them in our own words.

What can be put right is put right here; what cannot is sent back once (lib/llm/client.py).
"""

from typing import Annotated, Any, Final
from zoneinfo import available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    model_validator,
)
from pydantic.alias_generators import to_camel

from lib.drafts.composer import Extract, Intent, Move, Strategy
from lib.drafts.extraction import preferred_day, preferred_time
from lib.drafts.gate import GateDecision
from lib.drafts.language import Language
from lib.inbox.storable_text import storable
from lib.memory.proposal import ProposedMemory

DRAFT_LIMIT: Final = 6_000
"""Characters; a reply that is longer is none."""
PROPOSALS_LIMIT: Final = 10
"""Per message (domain §5)."""
ISSUES_LIMIT: Final = 20
ISSUE_LIMIT: Final = 300
RATIONALE_LIMIT: Final = 2_000

Letter = Annotated[
    str, StringConstraints(max_length=DRAFT_LIMIT), AfterValidator(lambda text: storable(text).strip())
]
Shortened = Annotated[str, AfterValidator(lambda text: storable(text)[:ISSUE_LIMIT])]


def _first(limit: int) -> BeforeValidator:
    return BeforeValidator(lambda held: held[:limit] if isinstance(held, list) else held)


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, allow_inf_nan=False)


class ExtractAnswer(_Answer):
    """What was understood; `facts["slots"]` of the question is how many slots were offered."""

    is_scheduling: bool
    intent: Intent
    accepted_slot_index: int | None
    preferred_day: str | None
    preferred_time: str | None
    detected_timezone: str | None
    needs_clarification: bool
    needs_pricing_answer: bool

    @model_validator(mode="after")
    def _accepts_what_was_offered(self, info: ValidationInfo) -> "ExtractAnswer":
        slots = (info.context or {}).get("slots", 0)
        index = self.accepted_slot_index
        if index is not None and not 0 <= index < slots:
            raise ValueError("acceptedSlotIndex is the index of no offered slot")
        if index is not None and self.intent is not Intent.ACCEPT_OFFER:
            raise ValueError("acceptedSlotIndex goes with the intent accept_offer alone")
        return self

    def as_extract(self) -> Extract:
        """The record; a day, time or zone that is none is left out."""
        zone = self.detected_timezone
        return Extract(
            is_scheduling=self.is_scheduling,
            intent=self.intent,
            accepted_slot_index=self.accepted_slot_index,
            preferred_day=preferred_day(self.preferred_day or ""),
            preferred_time=preferred_time(self.preferred_time or ""),
            detected_timezone=zone if zone in available_timezones() else None,
            needs_clarification=self.needs_clarification
            or (self.intent is Intent.ACCEPT_OFFER and self.accepted_slot_index is None),
            needs_pricing_answer=self.needs_pricing_answer,
        )


class StrategyAnswer(_Answer):
    """How the reply goes about it."""

    move: Move
    language: Language
    includes_pricing: bool

    def as_strategy(self) -> Strategy:
        """The record."""
        return Strategy(move=self.move, language=self.language, includes_pricing=self.includes_pricing)


class DraftAnswer(_Answer):
    """The reply, how it goes about it, and what should be remembered."""

    strategy: StrategyAnswer
    draft: Annotated[Letter, StringConstraints(min_length=1)]
    memory: Annotated[list[ProposedMemory], _first(PROPOSALS_LIMIT)]


class GateAnswer(BaseModel):
    """The overseer's word (domain §3); its names are the contract's."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    decision: GateDecision
    final_draft: Letter
    confidence: float = Field(ge=0, le=1)
    issues: Annotated[list[Shortened], _first(ISSUES_LIMIT)]
    rationale: Annotated[str, AfterValidator(lambda text: storable(text)[:RATIONALE_LIMIT])]


def as_json(answer: BaseModel) -> dict[str, Any]:
    """The answer as a later question shows it."""
    return answer.model_dump(mode="json", by_alias=True)
