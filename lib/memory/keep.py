"""Writes what composers propose: each (scope, category, content) once, whoever else is at it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, LiteralString
from uuid import UUID

from lib.memory.decision import ProposalDecision, ProposalVerdict
from lib.memory.entry import MemoryScope, MemoryStatus
from lib.store.store import Connection

_RENEW: Final = """
DO UPDATE SET
    status = EXCLUDED.status, confidence = EXCLUDED.confidence, proposed_by_run = EXCLUDED.proposed_by_run,
    expires_at = greatest(e.expires_at, EXCLUDED.expires_at),
    created_at = CASE WHEN e.expires_at <= everytick_now() THEN everytick_now() ELSE e.created_at END,
    decided_at = CASE WHEN e.expires_at <= everytick_now() THEN NULL
                      WHEN e.status = EXCLUDED.status THEN e.decided_at ELSE everytick_now() END,
    decided_by = CASE WHEN e.expires_at <= everytick_now() THEN NULL
                      WHEN e.status = EXCLUDED.status THEN e.decided_by ELSE 'policy' END,
    decided_why = CASE WHEN e.expires_at > everytick_now() AND e.status = EXCLUDED.status
                       THEN e.decided_why END
WHERE e.source = 'INFERENCE' AND e.status <> 'REJECTED' AND (
    e.expires_at <= everytick_now()
    OR (e.status = 'PENDING' AND EXCLUDED.status = 'APPROVED')
    OR (e.status = EXCLUDED.status AND e.expires_at < EXCLUDED.expires_at))
RETURNING e.id, e.xmax = 0
"""
"""Of two that say the same, the later time counts.

One that is past its time and not pruned yet is begun anew. A pending one becomes approved when the policy now
approves the same. An approved one is never made pending, and lives no longer for a proposal that would be
pending. What a person or the system wrote, and what was rejected, stays as it is.
"""

_COLUMNS: Final = "category, content, source, status, expires_at, confidence, proposed_by_run"
_VALUES: Final = """%(category)s, %(content)s, 'INFERENCE', %(status)s,
    everytick_now() + %(ttl_days)s * interval '1 day', %(confidence)s, %(run_id)s"""

KEEP: Final[dict[MemoryScope, LiteralString]] = {
    MemoryScope.LEAD: f"""
INSERT INTO lead_memory_entries AS e (workspace_id, lead_id, {_COLUMNS})
VALUES (%(workspace_id)s, %(lead_id)s, {_VALUES})
ON CONFLICT (lead_id, category, content) {_RENEW}""",  # noqa: S608 - literals only
    MemoryScope.WORKSPACE: f"""
INSERT INTO workspace_memory_entries AS e (workspace_id, {_COLUMNS})
VALUES (%(workspace_id)s, {_VALUES})
ON CONFLICT (workspace_id, category, content) {_RENEW}""",  # noqa: S608 - literals only
}
"""A new entry, or the one that says the same renewed; no row where that one stays as it is."""

SAME: Final[dict[MemoryScope, LiteralString]] = {
    MemoryScope.LEAD: """
SELECT id, status FROM lead_memory_entries
WHERE lead_id = %(lead_id)s AND category = %(category)s AND content = %(content)s
""",
    MemoryScope.WORKSPACE: """
SELECT id, status FROM workspace_memory_entries
WHERE workspace_id = %(workspace_id)s AND category = %(category)s AND content = %(content)s
""",
}

MOST_WAITING: Final = {MemoryScope.LEAD: 50, MemoryScope.WORKSPACE: 500}
"""Entries of a lead, or of a workspace itself, that wait for a person at a time: mail comes without end."""

WAITING: Final[dict[MemoryScope, LiteralString]] = {
    MemoryScope.LEAD: """
SELECT count(*) FROM (SELECT FROM lead_memory_entries WHERE lead_id = %(lead_id)s AND status = 'PENDING'
    AND coalesce(expires_at > everytick_now(), true) LIMIT %(most)s) AS waiting
""",
    MemoryScope.WORKSPACE: """
SELECT count(*) FROM (SELECT FROM workspace_memory_entries WHERE workspace_id = %(workspace_id)s
    AND status = 'PENDING' AND coalesce(expires_at > everytick_now(), true) LIMIT %(most)s) AS waiting
""",
}
"""How many wait; runs at once may go beyond the limit by what each of them proposes."""


class KeptAs(StrEnum):
    """What the tables made of a proposal."""

    STORED = "stored"
    """A new entry."""
    RENEWED = "renewed"
    """The entry that says the same lives longer now, was approved by the policy, or begun anew."""
    KNOWN = "known"
    """The entry that says the same stays as it is."""
    REJECTED_BEFORE = "rejected_before"
    """A person rejected the same."""
    CROWDED = "crowded"
    """As many wait for a person as may; not stored."""
    REFUSED = "refused"
    """It was not to be stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposer:
    """Of whom, and in which run, something is proposed."""

    workspace_id: UUID
    lead_id: UUID
    run_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What became of one proposal in the tables."""

    decision: ProposalDecision
    kept_as: KeptAs
    entry_id: UUID | None
    """None of one that is not stored."""


def keep_proposals(
    connection: Connection, decisions: tuple[ProposalDecision, ...], proposer: Proposer
) -> tuple[Kept, ...]:
    """Store what is not refused, in the caller's transaction; the answer is in the order of `decisions`.

    Rows are written in one order everywhere: two runs at once wait for each other, never in a ring.
    """
    stored = {
        decision.key: _keep(connection, decision, proposer)
        for decision in sorted(decisions, key=lambda one: one.key)
        if decision.verdict is not ProposalVerdict.REFUSED
    }
    return tuple(
        Kept(decision=decision, kept_as=KeptAs.REFUSED, entry_id=None)
        if decision.verdict is ProposalVerdict.REFUSED
        else stored[decision.key]
        for decision in decisions
    )


def _keep(connection: Connection, decision: ProposalDecision, proposer: Proposer) -> Kept:
    approved = decision.verdict is ProposalVerdict.APPROVED
    facts = {
        "workspace_id": proposer.workspace_id,
        "lead_id": proposer.lead_id,
        "run_id": proposer.run_id,
        "category": decision.category,
        "content": decision.content,
        "status": MemoryStatus.APPROVED if approved else MemoryStatus.PENDING,
        "ttl_days": decision.ttl_days,
        "confidence": decision.confidence,
    }
    crowded = not approved and _waiting(connection, decision.scope, facts) >= MOST_WAITING[decision.scope]
    row = None if crowded else connection.execute(KEEP[decision.scope], facts).fetchone()
    if row is not None:
        return Kept(decision=decision, kept_as=KeptAs.STORED if row[1] else KeptAs.RENEWED, entry_id=row[0])
    row = connection.execute(SAME[decision.scope], facts).fetchone()
    if row is None:  # never written, or pruned between the two statements: a later mail may propose it again
        kept_as = KeptAs.CROWDED if crowded else KeptAs.KNOWN
        return Kept(decision=decision, kept_as=kept_as, entry_id=None)
    kept_as = KeptAs.REJECTED_BEFORE if row[1] == MemoryStatus.REJECTED else KeptAs.KNOWN
    return Kept(decision=decision, kept_as=kept_as, entry_id=row[0])


def _waiting(connection: Connection, scope: MemoryScope, facts: dict[str, Any]) -> int:
    row = connection.execute(WAITING[scope], {**facts, "most": MOST_WAITING[scope]}).fetchone()
    return int(row[0]) if row else 0
