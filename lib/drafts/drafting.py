"""From a conversation to a draft: compose, verify, gate. Pure but for the composer; writes nothing."""

import time
from dataclasses import dataclass, replace
from typing import Any

import structlog

from lib.clock import Deadline
from lib.drafts.artifact import Artifact, Stage
from lib.drafts.composer import Composer, Composition, Extract
from lib.drafts.conversation import Conversation
from lib.drafts.gate import PROMPT_KEY, Gate, GateVerdict, gate_failed
from lib.drafts.invariants.check import broken_invariants
from lib.drafts.invariants.reply import Broken, Reply
from lib.drafts.letter import safe_reply
from lib.llm.question import ModelUse
from lib.log.events import LogEvent

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """A draft ready to be stored."""

    composition: Composition
    verdict: GateVerdict
    artifacts: tuple[Artifact, ...]

    @property
    def decision(self) -> dict[str, Any]:
        """What `drafts.decision` keeps for the inbox and for auto-send."""
        extract = self.composition.extract
        return {
            "gate": self.verdict.decision,
            "confidence": self.verdict.confidence,
            "issues": list(self.verdict.issues),
            "rationale": self.verdict.rationale,
            "intent": extract.intent,
            "move": self.composition.strategy.move,
        }


def draft_reply(conversation: Conversation, composer: Composer, gate: Gate, *, deadline: Deadline) -> Drafted:
    """Compose a reply to the conversation's trigger, verify it and have it judged.

    What the composer raises goes through; a gate that fails is recorded and blocks nothing (domain §3).
    """
    started = time.monotonic()
    composition = composer.compose(conversation, deadline=deadline)
    latency_ms = round((time.monotonic() - started) * 1000)
    reply = reply_of(conversation, composition.text)
    broken = broken_invariants(reply)
    verdict = _judged(gate, reply, broken, composition, conversation, deadline)
    return Drafted(
        composition=composition,
        verdict=verdict,
        artifacts=_artifacts(composition, broken, verdict, latency_ms),
    )


def reply_of(conversation: Conversation, draft: str) -> Reply:
    """`draft` with the facts it must keep to."""
    return Reply(
        inbound=conversation.asked,
        draft=draft,
        offered_slots=conversation.offered_slots,
        booking_link=conversation.workspace.booking_link,
        lead_scheduler_link=conversation.lead.scheduler_link,
    )


def _judged(
    gate: Gate,
    reply: Reply,
    broken: tuple[Broken, ...],
    composition: Composition,
    conversation: Conversation,
    deadline: Deadline,
) -> GateVerdict:
    fallback = safe_reply(composition.strategy.language, conversation.lead.name)
    try:
        return gate(reply, composition.extract, fallback, conversation=conversation, deadline=deadline)
    except Exception as error:  # noqa: BLE001 - a gate never blocks drafting; the reason is kept below
        _log.error(
            LogEvent.DRAFT_GATE_FAILED, message_id=str(conversation.trigger.id), error=type(error).__name__
        )
        return gate_failed(composition.text, broken, error)


def _artifacts(
    composition: Composition, broken: tuple[Broken, ...], verdict: GateVerdict, latency_ms: int
) -> tuple[Artifact, ...]:
    model, uses = composition.model, composition.uses
    strategy = composition.strategy
    strategy_json = {
        "move": strategy.move,
        "language": strategy.language,
        "includesPricing": strategy.includes_pricing,
    }
    generation = Artifact(
        stage=Stage.DRAFT_GENERATION,
        payload={"characters": len(composition.text)},
        text=composition.text,
        model=model,
        latency_ms=latency_ms,
    )
    return (
        _costing(
            Artifact(
                stage=Stage.MEETING_OVERSEER_EXTRACT, payload=extract_json(composition.extract), model=model
            ),
            uses.get(Stage.MEETING_OVERSEER_EXTRACT),
        ),
        Artifact(stage=Stage.DRAFT_STRATEGY, payload=strategy_json, model=model),
        _costing(generation, uses.get(Stage.DRAFT_GENERATION)),
        Artifact(
            stage=Stage.DRAFT_VERIFIER,
            payload={"invariants": [{"code": one.code, "message": one.message} for one in broken]},
        ),
        _costing(
            Artifact(
                stage=Stage.MEETING_OVERSEER_GATE,
                payload={
                    "decision": verdict.decision,
                    "final_draft": verdict.final_draft,
                    "confidence": verdict.confidence,
                    "issues": list(verdict.issues),
                    "rationale": verdict.rationale,
                },
                prompt_key=PROMPT_KEY,
            ),
            verdict.use,
        ),
    )


def _costing(artifact: Artifact, use: ModelUse | None) -> Artifact:
    """`artifact` with what asking a model for it cost; as it is where none was asked."""
    if use is None:
        return artifact
    return replace(
        artifact,
        prompt_key=use.key,
        model=use.model,
        input_tokens=use.input_tokens,
        output_tokens=use.output_tokens,
        latency_ms=use.latency_ms,
    )


def extract_json(extract: Extract) -> dict[str, Any]:
    """The extract as it is stored."""
    return {
        "isScheduling": extract.is_scheduling,
        "intent": extract.intent,
        "acceptedSlotIndex": extract.accepted_slot_index,
        "preferredDay": extract.preferred_day,
        "preferredTime": extract.preferred_time,
        "detectedTimezone": extract.detected_timezone,
        "needsClarification": extract.needs_clarification,
        "needsPricingAnswer": extract.needs_pricing_answer,
    }
