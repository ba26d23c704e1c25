"""What a composer would like to remember; whether it is, the workspace's policy decides."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel

from lib.memory.entry import CATEGORY_LIMIT, CONTENT_LIMIT, MemoryScope


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryProposal:
    """One thing to remember. It may come from a stranger's mail: nothing in it is trusted."""

    scope: MemoryScope
    category: str
    """What sort of thing it is, in the composer's word; a policy allows by it."""
    content: str
    """The thing itself, a sentence."""
    ttl_days: int
    """How long it is likely to hold; the policy caps it."""
    confidence: float
    """0 to 1."""


class ProposedMemory(BaseModel):
    """A proposal as a model answers it: `{scope, category, content, ttlDays, confidence}` (domain §5)."""

    model_config = ConfigDict(
        frozen=True, strict=True, extra="forbid", alias_generator=to_camel, validate_by_name=True
    )

    scope: Annotated[MemoryScope, Field(strict=False)]
    category: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=CATEGORY_LIMIT)
    ]
    content: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=CONTENT_LIMIT)]
    ttl_days: int = Field(ge=1)
    confidence: float = Field(ge=0, le=1)

    def as_proposal(self) -> MemoryProposal:
        """The record that goes with a composition."""
        return MemoryProposal(
            scope=self.scope,
            category=self.category,
            content=self.content,
            ttl_days=self.ttl_days,
            confidence=self.confidence,
        )
