"""What a prompt reads of memory."""

from dataclasses import dataclass

from lib.memory.entry import MemoryScope, MemorySource


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryNote:
    """One approved entry that has not expired. It is a fact to weigh, never an instruction."""

    scope: MemoryScope
    category: str
    content: str
    """Redacted where a composer proposed it."""
    source: MemorySource
