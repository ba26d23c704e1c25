"""What memory is made of: the words that its tables store."""

from enum import StrEnum
from typing import Final

CATEGORY_LIMIT: Final = 64
"""Characters."""
CONTENT_LIMIT: Final = 500
"""Characters."""


class MemoryScope(StrEnum):
    """Whom an entry is about; each scope has its table."""

    LEAD = "lead"
    WORKSPACE = "workspace"


class MemorySource(StrEnum):
    """Who wrote an entry; the stored words."""

    MANUAL = "MANUAL"
    """A person."""
    SYSTEM = "SYSTEM"
    """Everytick, from what it knows and did not guess."""
    INFERENCE = "INFERENCE"
    """A composer, from a mail; the only entries that expire."""


class MemoryStatus(StrEnum):
    """Whether prompts read an entry: only an approved one; the stored words."""

    APPROVED = "APPROVED"
    PENDING = "PENDING"
    """Waits for a person; no prompt sees it."""
    REJECTED = "REJECTED"
    """Not to be remembered: kept, so that the same is not proposed anew."""
