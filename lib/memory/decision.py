"""What becomes of proposals under a workspace's policy: decided here, acted on in lib/memory/remember.py.

By default a policy allows no category, so nothing that a composer read in a stranger's mail reaches a prompt
before a person has approved it (docs/memory.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from lib.inbox.workspace_settings import MemoryPolicy
from lib.memory.entry import CATEGORY_LIMIT, CONTENT_LIMIT, MemoryScope
from lib.memory.proposal import MemoryProposal
from lib.memory.wording import as_category, as_content, says_something

MOST_PROPOSALS: Final = 10
"""Of one message; what comes after them is refused."""


class ProposalVerdict(StrEnum):
    """What becomes of a proposal."""

    APPROVED = "approved"
    """Prompts may read it at once."""
    PENDING = "pending"
    """Waits for a person."""
    REFUSED = "refused"
    """Not stored."""


class ProposalReason(StrEnum):
    """Why."""

    POLICY_ALLOWS = "policy_allows"
    CATEGORY_NOT_ALLOWED = "category_not_allowed"
    CONFIDENCE_TOO_LOW = "confidence_too_low"
    TTL_TOO_SHORT = "ttl_too_short"
    TOO_MANY = "too_many"
    CATEGORY_UNFIT = "category_unfit"
    """Blank, or too long."""
    CONTENT_TOO_LONG = "content_too_long"
    NOTHING_LEFT = "nothing_left"
    """Blank, or nothing but what redaction took out."""
    TTL_INVALID = "ttl_invalid"
    CONFIDENCE_INVALID = "confidence_invalid"
    REPEATED = "repeated"
    """The same message proposes it twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalDecision:
    """What becomes of one proposal, and from which facts."""

    scope: MemoryScope
    category: str
    """As it is stored."""
    content: str
    """As it is stored: redacted."""
    ttl_days: int
    """Capped by the policy."""
    asked_ttl_days: int
    confidence: float
    verdict: ProposalVerdict
    reasons: tuple[ProposalReason, ...]
    """Every one that holds; `policy_allows` alone for what is approved."""

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes it the same as another; also the order in which entries are written."""
        return (self.scope, self.category, self.content)


def decide_proposals(
    proposals: Sequence[MemoryProposal], policy: MemoryPolicy
) -> tuple[ProposalDecision, ...]:
    """The decision on each of a message's proposals, in their order; pure and total."""
    decided: list[ProposalDecision] = []
    taken: set[tuple[str, str, str]] = set()
    for number, proposal in enumerate(proposals):
        category = as_category(proposal.category[:CONTENT_LIMIT])
        content = as_content(proposal.content[:CONTENT_LIMIT])
        key = (proposal.scope, category, content)
        crowded = (ProposalReason.TOO_MANY,) if number >= MOST_PROPOSALS else ()
        repeated = (ProposalReason.REPEATED,) if key in taken else ()
        faults = crowded + repeated + _faults(proposal, category, content)
        verdict, reasons = (
            (ProposalVerdict.REFUSED, faults) if faults else _judged(proposal, category, policy)
        )
        if not faults:
            taken.add(key)
        decided.append(
            ProposalDecision(
                scope=proposal.scope,
                category=category[:CATEGORY_LIMIT],
                content=content[:CONTENT_LIMIT],
                ttl_days=min(proposal.ttl_days, policy.max_ttl_days),
                asked_ttl_days=proposal.ttl_days,
                confidence=proposal.confidence,
                verdict=verdict,
                reasons=reasons,
            )
        )
    return tuple(decided)


def _faults(proposal: MemoryProposal, category: str, content: str) -> tuple[ProposalReason, ...]:
    """Why it cannot be stored at all."""
    found = (
        (
            ProposalReason.CATEGORY_UNFIT,
            not says_something(category) or max(len(proposal.category), len(category)) > CATEGORY_LIMIT,
        ),
        (ProposalReason.CONTENT_TOO_LONG, max(len(proposal.content), len(content)) > CONTENT_LIMIT),
        (ProposalReason.NOTHING_LEFT, not says_something(content)),
        (ProposalReason.TTL_INVALID, proposal.ttl_days < 1),
        (ProposalReason.CONFIDENCE_INVALID, not 0 <= proposal.confidence <= 1),
    )
    return tuple(reason for reason, holds in found if holds)


def _judged(
    proposal: MemoryProposal, category: str, policy: MemoryPolicy
) -> tuple[ProposalVerdict, tuple[ProposalReason, ...]]:
    """Approved when the category is allowed and both minima are reached, else pending."""
    allowed = {as_category(one) for one in policy.allowed_categories}
    doubts = tuple(
        reason
        for reason, holds in (
            (ProposalReason.CATEGORY_NOT_ALLOWED, category not in allowed),
            (ProposalReason.CONFIDENCE_TOO_LOW, proposal.confidence < policy.min_confidence),
            (ProposalReason.TTL_TOO_SHORT, proposal.ttl_days < policy.min_ttl_days),
        )
        if holds
    )
    if doubts:
        return ProposalVerdict.PENDING, doubts
    return ProposalVerdict.APPROVED, (ProposalReason.POLICY_ALLOWS,)
