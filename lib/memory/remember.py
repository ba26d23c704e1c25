"""The pipeline's memory stage: decides on proposals, stores them, and says what became of each."""

from collections.abc import Sequence
from typing import Any

import structlog

from lib.inbox.workspace_settings import MemoryPolicy
from lib.log.events import LogEvent
from lib.memory.decision import MOST_PROPOSALS, decide_proposals
from lib.memory.keep import Kept, Proposer, keep_proposals
from lib.memory.proposal import MemoryProposal
from lib.store.store import Connection

_log = structlog.get_logger()


def remember(
    connection: Connection,
    proposals: Sequence[MemoryProposal],
    policy: MemoryPolicy,
    proposer: Proposer,
) -> dict[str, Any]:
    """Store what `policy` lets through, in the caller's transaction; return the stage's artifact as JSON.

    What is stored and what is told are redacted alike. Beyond twice the limit proposals are only counted.
    """
    decisions = decide_proposals(proposals[: 2 * MOST_PROPOSALS], policy)
    kept = keep_proposals(connection, decisions, proposer)
    for one in kept:
        _log.info(
            LogEvent.MEMORY_PROPOSED,
            run_id=str(proposer.run_id),
            scope=one.decision.scope,
            verdict=one.decision.verdict,
            reasons=list(one.decision.reasons),
            kept_as=one.kept_as,
            entry_id=None if one.entry_id is None else str(one.entry_id),
        )
    return {
        "policy": {
            "allowedCategories": list(policy.allowed_categories),
            "minConfidence": policy.min_confidence,
            "minTtlDays": policy.min_ttl_days,
            "maxTtlDays": policy.max_ttl_days,
        },
        "proposed": len(proposals),
        "proposals": [_told(one) for one in kept],
    }


def _told(kept: Kept) -> dict[str, Any]:
    decision = kept.decision
    return {
        "scope": decision.scope,
        "category": decision.category,
        "content": decision.content,
        "askedTtlDays": min(decision.asked_ttl_days, 1_000_000),
        "ttlDays": decision.ttl_days,
        "confidence": decision.confidence if 0 <= decision.confidence <= 1 else None,
        "verdict": decision.verdict,
        "reasons": list(decision.reasons),
        "keptAs": kept.kept_as,
        "entryId": None if kept.entry_id is None else str(kept.entry_id),
    }
