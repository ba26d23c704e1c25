"""Reads a conversation from the database, in one short transaction of the caller's."""

from typing import Any, Final
from uuid import UUID

from psycopg.rows import dict_row

from lib.drafts.classification import is_automated
from lib.drafts.conversation import (
    Channel,
    Conversation,
    ConversationMessage,
    Direction,
    LeadStatus,
    LeadView,
    WorkspaceView,
)
from lib.inbox.workspace_settings import parse_settings
from lib.memory.recall import PROMPT_TOKENS, recall
from lib.store.store import Connection

MESSAGE_LIMIT: Final = 50
BODY_LIMIT: Final = 20_000

TRIGGER: Final = r"""
SELECT m.id, m.workspace_id, m.lead_id, m.channel, m.direction, m.subject, left(m.body, %(limit)s) AS body,
       m.sent_at, m.automation, m.automation_facts ->> 'evidence' AS evidence, m.thread_id,
       l.email, l.name, l.timezone, l.status, l.tag, l.scheduler_link, l.offered_slots, w.settings,
       ARRAY(SELECT jsonb_build_array(n.subject, left(n.body, %(limit)s)) FROM messages n
             WHERE n.workspace_id = m.workspace_id AND n.thread_id = m.thread_id
               AND n.lead_id = m.lead_id AND n.direction = 'inbound' AND n.automation IS NULL
               AND n.body ~ '\S' AND n.rfc_message_id <> ALL (m.reference_ids)
               AND (n.sent_at, n.created_at, n.id) > (m.sent_at, m.created_at, m.id)
             ORDER BY n.sent_at DESC LIMIT %(count)s) AS newer,
       EXISTS (SELECT FROM messages n WHERE n.workspace_id = m.workspace_id AND n.thread_id = m.thread_id
               AND n.lead_id = m.lead_id AND n.direction = 'outbound' AND n.sent_at > m.sent_at
               AND n.rfc_message_id <> ALL (m.reference_ids)) AS answered
FROM messages m JOIN leads l ON l.id = m.lead_id JOIN workspaces w ON w.id = m.workspace_id
WHERE m.id = %(message_id)s AND (%(workspace_id)s::uuid IS NULL OR m.workspace_id = %(workspace_id)s)
"""
"""The message, its lead and workspace, and whether the lead's part of the thread went on.

A thread can hold several leads, and anybody can join one by naming a Message-ID: what another lead wrote
neither answers this one nor is shown to it. A mail that the message itself names came before it, whatever the
clocks of the two senders say; a blank one gets no draft and so takes none away.
"""

THREAD: Final = """
SELECT id, direction, subject, left(body, %(limit)s) AS body, sent_at, automation
FROM messages WHERE workspace_id = %(workspace_id)s AND lead_id = %(lead_id)s AND thread_id = %(thread_id)s
ORDER BY sent_at DESC, created_at DESC, id DESC LIMIT %(count)s
"""
"""The latest messages with the lead in the thread, newest first."""


def read_conversation(
    connection: Connection,
    message_id: UUID,
    *,
    workspace_id: UUID | None,
    memory_tokens: int = PROMPT_TOKENS,
) -> Conversation | None:
    """The conversation that ends in the inbound `message_id`; None when there is none.

    A message of another workspace than `workspace_id` is none (None: any workspace's). `memory_tokens` is
    the budget of what is remembered. Raises UsageProblem for workspace settings that do not fit.
    """
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(
            TRIGGER,
            {
                "message_id": message_id,
                "workspace_id": workspace_id,
                "limit": BODY_LIMIT,
                "count": MESSAGE_LIMIT,
            },
        ).fetchone()
        if row is None or row["direction"] != Direction.INBOUND:
            return None
        thread = cursor.execute(
            THREAD,
            {
                "workspace_id": row["workspace_id"],
                "lead_id": row["lead_id"],
                "thread_id": row["thread_id"],
                "limit": BODY_LIMIT,
                "count": MESSAGE_LIMIT,
            },
        ).fetchall()
    return Conversation(
        workspace=workspace_view(row),
        lead=LeadView(
            id=row["lead_id"],
            email=row["email"],
            name=row["name"],
            timezone=row["timezone"],
            status=LeadStatus(row["status"]),
            tag=row["tag"],
            scheduler_link=row["scheduler_link"],
        ),
        channel=Channel(row["channel"]),
        messages=tuple(message_of(one) for one in reversed(thread)),
        trigger=message_of(row),
        offered_slots=tuple(slot for slot in row["offered_slots"] if isinstance(slot, str) and slot.strip()),
        newer_inbound=any(not is_automated(subject, body, None) for subject, body in row["newer"]),
        answered=row["answered"],
        memory=recall(
            connection, workspace_id=row["workspace_id"], lead_id=row["lead_id"], budget=memory_tokens
        ),
    )


def workspace_view(row: dict[str, Any]) -> WorkspaceView:
    """What a row of TRIGGER says of the team. Raises UsageProblem for settings that do not fit."""
    settings = parse_settings(row["settings"])
    return WorkspaceView(
        id=row["workspace_id"],
        booking_link=settings.booking_link,
        timezone=settings.timezone,
        service_description=settings.service_description,
        memory_policy=settings.memory,
    )


def message_of(row: dict[str, Any]) -> ConversationMessage:
    """The message in a row of TRIGGER or THREAD."""
    return ConversationMessage(
        id=row["id"],
        direction=Direction(row["direction"]),
        subject=row["subject"],
        body=row["body"],
        sent_at=row["sent_at"],
        automation=row["automation"],
        evidence=row.get("evidence"),
    )
