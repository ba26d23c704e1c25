"""Memory entries as an operator looks at them: one workspace's, the newest first."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from psycopg.rows import class_row

from lib.clock import iso
from lib.memory.entry import MemoryScope, MemoryStatus
from lib.memory.wording import as_category
from lib.store.store import Connection

LIST: Final = """
SELECT e.id, e.scope, e.lead_email, e.category, e.content, e.source, e.status, e.confidence, e.expires_at,
       e.source = 'INFERENCE' AND coalesce(e.expires_at <= everytick_now(), false) AS is_over,
       e.proposed_by_run, e.created_at, e.decided_at, e.decided_by, e.decided_why
FROM (
    SELECT 'lead' AS scope, l.email AS lead_email, m.id, m.category, m.content, m.source, m.status,
           m.confidence, m.expires_at, m.proposed_by_run, m.created_at, m.decided_at, m.decided_by,
           m.decided_why
    FROM lead_memory_entries m JOIN leads l ON l.id = m.lead_id WHERE m.workspace_id = %(workspace_id)s
    UNION ALL
    SELECT 'workspace', NULL, m.id, m.category, m.content, m.source, m.status, m.confidence, m.expires_at,
           m.proposed_by_run, m.created_at, m.decided_at, m.decided_by, m.decided_why
    FROM workspace_memory_entries m WHERE m.workspace_id = %(workspace_id)s
) AS e
WHERE (%(ids)s::uuid[] IS NULL OR e.id = ANY (%(ids)s))
  AND (%(scope)s::text IS NULL OR e.scope = %(scope)s)
  AND (%(status)s::text IS NULL OR e.status = %(status)s)
  AND (%(lead)s::text IS NULL OR e.lead_email = %(lead)s)
  AND (%(category)s::text IS NULL OR e.category = %(category)s)
  AND (%(over)s OR e.source <> 'INFERENCE' OR coalesce(e.expires_at > everytick_now(), true))
ORDER BY e.created_at DESC, e.scope, e.category, e.content, e.id LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryFilter:
    """Which entries; None asks for any."""

    scope: MemoryScope | None = None
    status: MemoryStatus | None = None
    lead_email: str | None = None
    category: str | None = None
    ids: tuple[UUID, ...] | None = None
    over: bool = False
    """Also those past their time that are not pruned yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedEntry:
    """One entry."""

    id: UUID
    scope: str
    lead_email: str | None
    """None for one of the workspace."""
    category: str
    content: str
    source: str
    status: str
    confidence: float | None
    """The composer's; None for what it did not propose, and of entries older than revision 0011."""
    expires_at: datetime | None
    """None: never."""
    is_over: bool
    """Whether it is past its time, and only not pruned yet."""
    proposed_by_run: UUID | None
    """None for what no run proposed, and once the run is pruned."""
    created_at: datetime
    decided_at: datetime | None
    """When it last was approved, rejected or ended after it was written; None when it never was."""
    decided_by: str | None
    decided_why: str | None

    def as_json(self) -> dict[str, Any]:
        """Its public shape."""
        return {
            "id": str(self.id),
            "scope": self.scope,
            "leadEmail": self.lead_email,
            "category": self.category,
            "content": self.content,
            "source": self.source,
            "status": self.status,
            "confidence": self.confidence,
            "createdAt": iso(self.created_at),
            "expiresAt": None if self.expires_at is None else iso(self.expires_at),
            "expired": self.is_over,
            "proposedByRun": None if self.proposed_by_run is None else str(self.proposed_by_run),
            "decidedAt": None if self.decided_at is None else iso(self.decided_at),
            "decidedBy": self.decided_by,
            "decidedWhy": self.decided_why,
        }


def list_entries(
    connection: Connection, workspace_id: UUID, wanted: EntryFilter, *, limit: int
) -> list[ListedEntry]:
    """Up to `limit` of the workspace's entries, the newest first."""
    facts = {
        "workspace_id": workspace_id,
        "ids": None if wanted.ids is None else list(wanted.ids),
        "scope": wanted.scope,
        "status": wanted.status,
        "lead": None if wanted.lead_email is None else wanted.lead_email.strip().lower(),
        "category": None if wanted.category is None else as_category(wanted.category),
        "over": wanted.over,
        "limit": limit,
    }
    with connection.cursor(row_factory=class_row(ListedEntry)) as cursor:
        return cursor.execute(LIST, facts).fetchall()
