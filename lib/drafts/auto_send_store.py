"""The rows of an auto-send: what came in between, and the decisions with their reasons."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from lib.drafts.auto_send import AutoSendDecision, Since
from lib.store.store import Connection

LOCK_WORKSPACE: Final = "SELECT FROM workspaces WHERE id = %s FOR SHARE"
"""Mail comes in, and settings change, before this or after the send is marked; never in between."""
LOCK_LEAD: Final = "SELECT FROM leads WHERE id = %s FOR NO KEY UPDATE"
"""So do its tag, its status and the other sends to it."""

MOMENT: Final = """
SELECT everytick_now() AS now, least(sent_at, created_at) AS message_at, reply_to IS NOT NULL AS elsewhere
FROM messages WHERE id = %s
"""

READ: Final = """
SELECT everytick_now() AS now, least(m.sent_at, m.created_at) AS message_at,
    m.reply_to IS NOT NULL AS elsewhere, m.id AS message_id, coalesce(d.decision, '{}') AS judgement,
    d.edited_content IS NOT NULL AS edited,
    EXISTS (SELECT FROM jobs j
        WHERE j.kind = 'draft.send' AND j.status IN ('scheduled', 'pending', 'running')
          AND j.bucket = d.workspace_id AND j.payload ->> 'draftId' = d.id::text) AS released,
    EXISTS (SELECT FROM messages n
        WHERE n.workspace_id = d.workspace_id AND n.lead_id = d.lead_id AND n.direction = 'inbound'
          AND n.id <> m.id AND coalesce(n.rfc_message_id, '') <> ALL (m.reference_ids)
          AND (n.created_at > m.created_at OR n.sent_at > m.sent_at)) AS newer_inbound,
    EXISTS (SELECT FROM messages n
        WHERE n.workspace_id = d.workspace_id AND n.lead_id = d.lead_id AND n.direction = 'outbound'
          AND coalesce(n.rfc_message_id, '') <> ALL (m.reference_ids)
          AND (n.created_at > m.created_at OR n.sent_at > m.sent_at)) AS outbound,
    EXISTS (SELECT FROM drafts o
        WHERE o.workspace_id = d.workspace_id AND o.lead_id = d.lead_id AND o.id <> d.id
          AND (o.status = 'sending' OR (o.send_unconfirmed AND o.updated_at > m.created_at))
    ) AS other_send_open,
    (SELECT count(*) FROM messages n
        WHERE n.workspace_id = d.workspace_id AND n.lead_id = d.lead_id AND n.direction = 'outbound'
          AND n.sent_by = 'ai' AND n.sent_at > everytick_now() - interval '24 hours')
    + (SELECT count(*) FROM drafts o
        WHERE o.workspace_id = d.workspace_id AND o.lead_id = d.lead_id AND o.send_unconfirmed
          AND o.updated_at > everytick_now() - interval '24 hours') AS sent_today
FROM drafts d JOIN messages m ON m.id = d.trigger_message_id
WHERE d.id = %s
"""
"""What came after the message, by our clock or by its sender's, in whatever thread: a date may be wrong, and
a message that was not in view when the draft was composed speaks against it. What the message itself names
came before it."""

NOTE: Final = """
INSERT INTO draft_pipeline_artifacts (run_id, stage, iteration, payload)
SELECT r.id, 'auto_send_evaluation', coalesce(latest.iteration + 1, 0), %(payload)s
FROM drafts d
JOIN draft_pipeline_runs r
    ON r.trigger_message_id = d.trigger_message_id AND r.channel = d.channel AND r.draft_id = d.id
LEFT JOIN LATERAL (
    SELECT iteration, payload ->> 'decision' AS verdict, payload ->> 'reason' AS reason
    FROM draft_pipeline_artifacts WHERE run_id = r.id AND stage = 'auto_send_evaluation'
    ORDER BY iteration DESC LIMIT 1
) latest ON true
WHERE d.id = %(draft_id)s AND (latest.verdict, latest.reason) IS DISTINCT FROM (%(verdict)s, %(reason)s)
ON CONFLICT DO NOTHING
"""
"""Iteration 0 is the decision when the draft was stored; those at run time follow. The same one again, of a
job that was interrupted, is no new one."""


OF_A_DAY: Final = """
SELECT payload ->> 'decision', count(*)::int FROM draft_pipeline_artifacts
WHERE stage = 'auto_send_evaluation' AND created_at > everytick_now() - interval '24 hours'
GROUP BY 1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """When a message is looked at, and what of it auto-send goes by."""

    now: datetime
    """By the database's clock."""
    message_at: datetime
    """When it was sent or came in, whichever is earlier."""
    elsewhere: bool
    """Whether its answer goes to another address than the lead's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Present(Moment):
    """A pending draft as things stand, and what came in between."""

    message_id: UUID
    judgement: dict[str, Any]
    since: Since


def hold_parties(connection: Connection, *, workspace_id: UUID, lead_id: UUID) -> None:
    """Keep workspace and lead as they are until the transaction ends; in the order in which mail comes in."""
    connection.execute(LOCK_WORKSPACE, (workspace_id,))
    connection.execute(LOCK_LEAD, (lead_id,))


def moment_of(connection: Connection, message_id: UUID) -> Moment:
    """The message, as of now."""
    row = connection.execute(MOMENT, (message_id,)).fetchone()
    if row is None:
        raise LookupError("the message was deleted while it was answered")
    return Moment(now=row[0], message_at=row[1], elsewhere=row[2])


def read_present(connection: Connection, draft_id: UUID) -> Present:
    """The draft, which the caller has locked, and what came in between."""
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(READ, (draft_id,)).fetchone()
    if row is None:
        raise LookupError("a locked draft is not there")
    since = Since(**{field.name: row.pop(field.name) for field in fields(Since)})
    return Present(since=since, **row)


def note_decision(connection: Connection, draft_id: UUID, decision: AutoSendDecision) -> None:
    """Store the decision beside the earlier ones; nothing where the run was pruned."""
    connection.execute(
        NOTE,
        {
            "draft_id": draft_id,
            "payload": Jsonb(decision.as_json()),
            "verdict": decision.verdict,
            "reason": decision.reason,
        },
    )


def decisions_of_a_day(connection: Connection) -> dict[str, int]:
    """How often each verdict was given in the last 24 hours; those that were not given are left out."""
    return {str(verdict): count for verdict, count in connection.execute(OF_A_DAY).fetchall()}
