"""What an operator does to memory: approve, reject, end and write entries of one workspace."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, LiteralString
from uuid import UUID

import structlog

from lib.log.events import LogEvent
from lib.memory.entries import EntryFilter, ListedEntry, list_entries
from lib.memory.entry import MemoryScope, MemorySource, MemoryStatus
from lib.store.store import Connection

LOCK: Final[tuple[LiteralString, ...]] = (
    """
SELECT FROM lead_memory_entries WHERE workspace_id = %(workspace_id)s AND id = ANY (%(ids)s)
ORDER BY lead_id, category COLLATE "C", content COLLATE "C" FOR UPDATE
""",
    """
SELECT FROM workspace_memory_entries WHERE workspace_id = %(workspace_id)s AND id = ANY (%(ids)s)
ORDER BY category COLLATE "C", content COLLATE "C" FOR UPDATE
""",
)
"""In the order in which lib/memory/keep.py writes, so that neither waits for the other in a ring."""

_DECIDED: Final = "decided_at = everytick_now(), decided_by = %(actor)s, decided_why = %(why)s"
_WANTED: Final = "WHERE workspace_id = %(workspace_id)s AND id = ANY (%(ids)s)"
_TABLES: Final[tuple[LiteralString, ...]] = ("lead_memory_entries", "workspace_memory_entries")


class MemoryVerb(StrEnum):
    """What is done to an entry."""

    APPROVE = "approve"
    REJECT = "reject"
    EXPIRE = "expire"


CHANGES: Final[dict[MemoryVerb, LiteralString]] = {
    MemoryVerb.APPROVE: "status = 'APPROVED', expires_at = CASE WHEN source = 'INFERENCE' THEN"
    " coalesce(everytick_now() + %(days)s::int * interval '1 day', expires_at) ELSE expires_at END",
    MemoryVerb.REJECT: "status = 'REJECTED', expires_at = NULL",
    MemoryVerb.EXPIRE: "expires_at = everytick_now()",
}
"""A rejected entry has no end: it stands for as long as the same could be proposed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """Who does it, where, and why."""

    workspace_id: UUID
    actor: str
    why: str | None
    """None where no reason was given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatedEntry:
    """What came of one entry."""

    id: UUID
    was: ListedEntry | None
    """As it was before; None when the workspace has none with this id."""
    problem: str | None
    """Why it was not changed, in words; None when it was."""


def problem_of(verb: MemoryVerb, entry: ListedEntry | None, *, days: int | None = None) -> str | None:
    """What stands against it, in words; None when nothing does. Pure."""
    if entry is None:
        return "the workspace has no such entry"
    inferred = entry.source == MemorySource.INFERENCE
    rejected = entry.status == MemoryStatus.REJECTED
    timeless = days is None and inferred
    against = {
        MemoryVerb.APPROVE: (
            (entry.status == MemoryStatus.APPROVED and not entry.is_over, "it is approved already"),
            (timeless and entry.is_over, "it is past its time: say with --days how long it shall hold"),
            (timeless and rejected, "it was rejected: say with --days how long it shall hold after all"),
        ),
        MemoryVerb.REJECT: ((rejected, "it is rejected already"),),
        MemoryVerb.EXPIRE: (
            (not inferred, "only what a composer proposed expires: reject it"),
            (rejected, "it is rejected, and that does not expire"),
            (entry.is_over, "it is past its time already"),
        ),
    }
    return next((problem for holds, problem in against[verb] if holds), None)


def operate(
    connection: Connection,
    verb: MemoryVerb,
    ids: Sequence[UUID],
    operator: Operator,
    *,
    days: int | None = None,
) -> list[OperatedEntry]:
    """Do it to each entry that is the workspace's and lets it; what came of each, in the order of `ids`.

    `days` is how long an approved inference holds from now on; None leaves its time.
    """
    facts = {
        "workspace_id": operator.workspace_id,
        "ids": list(ids),
        "actor": operator.actor,
        "why": operator.why,
        "days": days,
    }
    for lock in LOCK:
        connection.execute(lock, facts)
    listed = list_entries(
        connection, operator.workspace_id, EntryFilter(ids=tuple(ids), over=True), limit=len(ids)
    )
    found = {entry.id: entry for entry in listed}
    done = [
        OperatedEntry(id=one, was=found.get(one), problem=problem_of(verb, found.get(one), days=days))
        for one in dict.fromkeys(ids)
    ]
    changed = [one.id for one in done if one.problem is None]
    for table in _TABLES if changed else ():
        connection.execute(
            f"UPDATE {table} SET {CHANGES[verb]}, {_DECIDED} {_WANTED}",  # noqa: S608 - literals only
            {**facts, "ids": changed},
        )
    return done


def log_operated(verb: str, operator: Operator, changed: Sequence[UUID]) -> None:
    """Say who did what to which entries; never what is in them."""
    structlog.get_logger().info(
        LogEvent.MEMORY_OPERATED,
        verb=verb,
        actor=operator.actor,
        why=operator.why,
        workspace_id=str(operator.workspace_id),
        entry_ids=[str(one) for one in changed][:100],
        changed=len(changed),
    )


_WRITTEN: Final = f"""
DO UPDATE SET source = 'MANUAL', status = 'APPROVED', expires_at = NULL, confidence = NULL,
    proposed_by_run = NULL, created_at = everytick_now(), {_DECIDED}
WHERE (e.source, e.status) <> ('MANUAL', 'APPROVED')
RETURNING e.id
"""
WRITE: Final[dict[MemoryScope, LiteralString]] = {
    MemoryScope.LEAD: f"""
INSERT INTO lead_memory_entries AS e
    (workspace_id, lead_id, category, content, source, status, decided_at, decided_by, decided_why)
SELECT workspace_id, id, %(category)s, %(content)s, 'MANUAL', 'APPROVED', everytick_now(), %(actor)s, %(why)s
FROM leads WHERE workspace_id = %(workspace_id)s AND id = %(lead_id)s
ON CONFLICT (lead_id, category, content) {_WRITTEN}""",  # noqa: S608 - literals only
    MemoryScope.WORKSPACE: f"""
INSERT INTO workspace_memory_entries AS e
    (workspace_id, category, content, source, status, decided_at, decided_by, decided_why)
VALUES (%(workspace_id)s, %(category)s, %(content)s, 'MANUAL', 'APPROVED', everytick_now(), %(actor)s,
    %(why)s)
ON CONFLICT (workspace_id, category, content) {_WRITTEN}""",  # noqa: S608 - literals only
}
"""A person's entry: in place of whatever said the same; no row where a person's stands already."""


def write_entry(
    connection: Connection, operator: Operator, *, lead_id: UUID | None, category: str, content: str
) -> UUID | None:
    """Write what a person says, of the lead or (None) the workspace; None when a person said it before.

    `category` and `content` are in the form that lib/memory/wording.py gives them.
    """
    scope = MemoryScope.WORKSPACE if lead_id is None else MemoryScope.LEAD
    facts = {
        "workspace_id": operator.workspace_id,
        "lead_id": lead_id,
        "category": category,
        "content": content,
        "actor": operator.actor,
        "why": operator.why,
    }
    row = connection.execute(WRITE[scope], facts).fetchone()
    return None if row is None else UUID(str(row[0]))
