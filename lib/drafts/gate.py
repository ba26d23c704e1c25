"""The gate: whether a composed draft may be shown as it is (domain §3).

This gate is deterministic and offline. Where a language model is configured, lib/drafts/llm_gate.py asks it
too, under the same prompt key and with the same verdict.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from lib.clock import Deadline
from lib.drafts.composer import Extract, Intent
from lib.drafts.conversation import Conversation
from lib.drafts.invariants.check import broken_invariants
from lib.drafts.invariants.reply import Broken, Reply
from lib.drafts.prompts import GATE
from lib.drafts.second_thoughts import second_thoughts
from lib.llm.question import ModelUse

PROMPT_KEY: Final = GATE

GATE_FAILED: Final = "gate_failed"
"""The code of the issue that stands for a verdict that was not given."""

CLEAR: Final = 0.95
"""Confidence in a draft that only says what was agreed on."""
UNSURE: Final = 0.7
"""Confidence in one that rests on a guess of what the inbound wants."""
REVISED: Final = 0.4
"""Confidence in one that had to be replaced."""


class GateDecision(StrEnum):
    """What the gate says."""

    APPROVE = "approve"
    REVISE = "revise"


@dataclass(frozen=True, slots=True, kw_only=True)
class GateVerdict:
    """The gate's answer."""

    decision: GateDecision
    final_draft: str
    """What is stored as the draft."""
    confidence: float
    """0 to 1."""
    issues: tuple[str, ...]
    """Invariants broken by the composed draft, and what else a person should see."""
    rationale: str
    use: ModelUse | None = None
    """What asking a model cost; None for rules alone, or when it gave no answer."""


class Gate(Protocol):
    """Judges a draft; what it raises never blocks drafting."""

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
        """The verdict on `reply`, by `deadline`; `fallback` is a text that holds every invariant."""
        ...


def overseer_gate(
    reply: Reply,
    extract: Extract,
    fallback: str,
    *,
    conversation: Conversation | None = None,
    deadline: Deadline | None = None,
) -> GateVerdict:
    """Approve a draft that breaks no invariant, else revise it once: to `fallback`."""
    del conversation, deadline
    broken = broken_invariants(reply)
    if broken:
        return GateVerdict(
            decision=GateDecision.REVISE,
            final_draft=fallback,
            confidence=REVISED,
            issues=tuple(f"{one.code}: {one.message}" for one in broken),
            rationale="The composed draft breaks an invariant; a reply that promises nothing replaced it.",
        )
    issues = to_look_at(extract, reply.inbound)
    return GateVerdict(
        decision=GateDecision.APPROVE,
        final_draft=reply.draft,
        confidence=UNSURE if issues else CLEAR,
        issues=issues,
        rationale="No invariant is broken."
        if not issues
        else "No invariant is broken; a person should look.",
    )


def gate_failed(draft: str, broken: tuple[Broken, ...], error: Exception) -> GateVerdict:
    """The verdict in place of one that the gate failed to give: the draft stands, for a person to judge."""
    return GateVerdict(
        decision=GateDecision.APPROVE,
        final_draft=draft,
        confidence=0.0,
        issues=(f"{GATE_FAILED}: {type(error).__name__}", *(f"{one.code}: {one.message}" for one in broken)),
        rationale="The gate gave no verdict; the draft is kept for a person to judge.",
    )


def to_look_at(extract: Extract, inbound: str) -> tuple[str, ...]:
    """Why a person should see an answer to `inbound`, which was understood so."""
    found = []
    if second_thoughts(inbound, extract) is not None:
        found.append("second_thoughts: the mail says more than what is answered.")
    if extract.needs_clarification:
        found.append("needs_clarification: it is not certain which slot was accepted.")
    if extract.needs_pricing_answer:
        found.append("needs_pricing_answer: the answer on the price is general.")
    if extract.intent in (Intent.OTHER, Intent.PROPOSE_TIME):
        found.append("needs_person: somebody has to answer what was asked.")
    return tuple(found)
