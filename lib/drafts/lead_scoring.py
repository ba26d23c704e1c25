"""Scoring a lead: with each message that was processed, and whenever `lead.score` asks for it."""

from typing import Any, Final
from uuid import UUID

import structlog
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from lib.drafts.conversation import Direction, LeadStatus
from lib.drafts.lead_score import LeadScore, Said, ScoreFacts, score_lead
from lib.errors import NotFound
from lib.log.events import LogEvent
from lib.store.store import Connection

MESSAGE_LIMIT: Final = 100
BODY_LIMIT: Final = 5_000

HOLD: Final = """
SELECT status, tag, offered_slots FROM leads
WHERE id = %(lead_id)s AND (%(workspace_id)s::uuid IS NULL OR workspace_id = %(workspace_id)s)
FOR NO KEY UPDATE
"""
"""Of two that score a lead at once, the second reads what the first may not have seen."""
READ: Final = """
SELECT m.direction, m.subject, left(m.body, %(body)s) AS body, m.sent_at, m.automation
FROM messages m JOIN leads l ON l.id = m.lead_id AND l.workspace_id = m.workspace_id
WHERE l.id = %(lead_id)s ORDER BY m.sent_at DESC, m.created_at DESC, m.id DESC LIMIT %(count)s
"""
KEEP: Final = """
UPDATE leads SET score = %(score)s, score_basis = %(basis)s
WHERE id = %(lead_id)s AND (score, score_basis) IS DISTINCT FROM (%(score)s::integer, %(basis)s::jsonb)
"""

_log = structlog.get_logger()


def rescore(connection: Connection, lead_id: UUID, *, workspace_id: UUID | None) -> LeadScore:
    """Score the lead and keep what came of it, in the caller's transaction; the same again changes nothing.

    Raises NotFound for a lead that is not there or another workspace's.
    """
    with connection.cursor(row_factory=dict_row) as cursor:
        lead = cursor.execute(HOLD, {"lead_id": lead_id, "workspace_id": workspace_id}).fetchone()
        if lead is None:
            raise NotFound("There is no lead with this id in the workspace.")
        limits = {"lead_id": lead_id, "body": BODY_LIMIT, "count": MESSAGE_LIMIT}
        said = cursor.execute(READ, limits).fetchall()
        found = score_lead(_facts(lead, said))
        kept = {"lead_id": lead_id, "score": found.score, "basis": Jsonb(found.basis)}
        changed = cursor.execute(KEEP, kept).rowcount == 1
    if changed:
        _log.info(LogEvent.LEAD_SCORED, lead_id=str(lead_id), score=found.score, signals=found.signals)
    else:
        _log.debug(LogEvent.LEAD_SCORE_KEPT, lead_id=str(lead_id), reason=found.reason or "unchanged")
    return found


def _facts(lead: dict[str, Any], said: list[dict[str, Any]]) -> ScoreFacts:
    return ScoreFacts(
        status=LeadStatus(lead["status"]),
        tag=lead["tag"],
        offered_slots=tuple(slot for slot in lead["offered_slots"] if isinstance(slot, str)),
        messages=tuple(
            Said(**{**message, "direction": Direction(message["direction"])}) for message in reversed(said)
        ),
    )
