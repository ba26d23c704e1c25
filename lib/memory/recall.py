"""Reads memory for a prompt: approved, in force, newest first, within a budget of tokens."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from lib.memory.entry import MemoryScope, MemorySource
from lib.memory.note import MemoryNote
from lib.store.store import Connection

PROMPT_TOKENS: Final = 600
"""For memory in one prompt, unless the settings say otherwise (MEMORY_PROMPT_TOKENS)."""
BYTES_A_TOKEN: Final = 3
"""Of UTF-8. English has about four to a token, so that the estimate is on the safe side."""
TOKENS_A_NOTE: Final = 6
"""For what stands around a note: its scope, its line."""
MOST_READ: Final = 200
"""Entries that are looked at; the budget ends long before in general."""

RECALL: Final = """
SELECT e.scope, e.category, e.content, e.source
FROM (
    SELECT 'lead' AS scope, category, content, source, status, expires_at, created_at, decided_at, id
    FROM lead_memory_entries WHERE workspace_id = %(workspace_id)s AND lead_id = %(lead_id)s
    UNION ALL
    SELECT 'workspace', category, content, source, status, expires_at, created_at, decided_at, id
    FROM workspace_memory_entries WHERE workspace_id = %(workspace_id)s
) AS e, (SELECT coalesce(%(as_of)s, everytick_now()) AS instant) AS t
WHERE e.status = 'APPROVED' AND (e.source <> 'INFERENCE' OR coalesce(e.expires_at > t.instant, true))
  AND e.created_at <= t.instant AND coalesce(e.decided_at <= t.instant, true)
ORDER BY e.created_at DESC, e.scope, e.category, e.content
LIMIT %(most)s
"""
"""What a prompt may read of a lead and its workspace, newest first. Only inferred entries expire."""


def recall(
    connection: Connection,
    *,
    workspace_id: UUID,
    lead_id: UUID,
    budget: int = PROMPT_TOKENS,
    as_of: datetime | None = None,
) -> tuple[MemoryNote, ...]:
    """What is remembered of the lead and its workspace, newest first, in at most `budget` estimated tokens.

    Read by the database's clock, or as it was at `as_of`, as far as it is still known: what was written or
    approved later is not read, what was pruned or rejected since is gone.
    """
    if budget <= 0:
        return ()
    facts = {"workspace_id": workspace_id, "lead_id": lead_id, "as_of": as_of, "most": MOST_READ}
    rows = connection.execute(RECALL, facts).fetchall()
    return within_budget(
        (
            MemoryNote(
                scope=MemoryScope(scope), category=category, content=content, source=MemorySource(source)
            )
            for scope, category, content, source in rows
        ),
        budget,
    )


def within_budget(notes: Iterable[MemoryNote], budget: int) -> tuple[MemoryNote, ...]:
    """The first of `notes` that fit into `budget`; one that is too long makes room for those behind it."""
    taken: list[MemoryNote] = []
    left = budget
    for note in notes:
        cost = estimated_tokens(note)
        if cost <= left:
            taken.append(note)
            left -= cost
    return tuple(taken)


def estimated_tokens(note: MemoryNote) -> int:
    """How many tokens the note takes at most, in general: by its bytes, so that no tokeniser is needed."""
    size = len(note.category.encode()) + len(note.content.encode())
    return -(-size // BYTES_A_TOKEN) + TOKENS_A_NOTE
