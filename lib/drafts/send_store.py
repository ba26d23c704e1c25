"""The rows of a send: the draft's states and the one outbound message.

Every change of state is conditional and counted by its affected rows (domain §4).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from psycopg.rows import class_row

from lib.drafts.disposition import Disposition
from lib.store.store import Connection

READ: Final = """
SELECT d.id, d.workspace_id, d.lead_id, d.channel, d.status, d.content,
       coalesce(d.edited_content, d.content) AS body, d.updated_at, d.send_unconfirmed,
       l.email AS lead_email, l.name AS lead_name,
       m.subject, m.rfc_message_id AS trigger_message_id, m.reference_ids, m.thread_id, m.reply_to,
       m.body AS trigger_body, m.sent_at AS trigger_sent_at,
       coalesce(w.settings ->> 'list_unsubscribe', 'automatic') AS list_unsubscribe,
       everytick_now() AS now, s.body AS sent_body, s.sent_by,
       coalesce(d.unsent_as_of = d.updated_at, false) AS known_unsent
FROM drafts d
JOIN leads l ON l.id = d.lead_id
JOIN workspaces w ON w.id = d.workspace_id
JOIN messages m ON m.id = d.trigger_message_id
LEFT JOIN messages s ON s.workspace_id = d.workspace_id AND s.direction = 'outbound'
    AND (s.draft_id = d.id OR s.rfc_message_id = %(message_id)s)
WHERE d.id = %(draft_id)s AND (%(workspace_id)s::uuid IS NULL OR d.workspace_id = %(workspace_id)s)
FOR UPDATE OF d
"""
"""The draft, locked, with whatever is known of its mail."""

CLAIM: Final = """
UPDATE drafts SET status = 'sending', send_error = NULL, updated_at = everytick_now(),
       unsent_as_of = everytick_now()
WHERE id = %s AND status = 'pending'
  AND EXISTS (SELECT FROM leads l WHERE l.id = drafts.lead_id FOR NO KEY UPDATE)
RETURNING updated_at
"""
"""`updated_at` names the claim. Whoever changes the row otherwise, an older version of Everytick too, parts
it from `unsent_as_of`, and then nothing is certain any more.

The lead is locked as well: whoever asks, under that lock, what is being sent to it sees this send.
"""

COMMIT_TO_IT: Final = """
UPDATE drafts SET unsent_as_of = NULL
WHERE id = %(draft_id)s AND status = 'sending' AND updated_at = %(claimed_at)s AND unsent_as_of = updated_at
"""

GIVE_BACK: Final = """
UPDATE drafts SET status = 'pending', send_error = %(reason)s, updated_at = everytick_now(),
       unsent_as_of = NULL
WHERE id = %(draft_id)s AND status = 'sending' AND updated_at = %(claimed_at)s
"""

INTERRUPTED: Final = "An earlier attempt was interrupted before anything was sent."
"""Why a draft is pending again whose sender is gone."""

APPROVE: Final = """
UPDATE drafts SET status = 'approved', response_disposition = %(disposition)s, send_unconfirmed = false,
       send_error = NULL, updated_at = everytick_now()
WHERE id = %(draft_id)s AND (status = 'sending' OR (status = 'approved' AND send_unconfirmed))
"""
"""Also after somebody else had to leave it unconfirmed: now it is known."""

LEAVE_UNCONFIRMED: Final = """
UPDATE drafts SET status = 'approved', send_unconfirmed = true, updated_at = everytick_now(),
       send_error = 'It may have been sent: look for it in the mailbox before sending anything again.'
WHERE id = %s AND status = 'sending'
"""

RECORD: Final = """
INSERT INTO messages AS m (workspace_id, lead_id, channel, direction, subject, body, rfc_message_id,
    in_reply_to, reference_ids, thread_id, sent_at, sent_by, draft_id)
VALUES (%(workspace_id)s, %(lead_id)s, %(channel)s, 'outbound', %(subject)s, %(body)s, %(message_id)s,
    %(in_reply_to)s, %(reference_ids)s, %(thread_id)s, everytick_now(), %(sent_by)s, %(draft_id)s)
ON CONFLICT (workspace_id, rfc_message_id) DO UPDATE SET draft_id = EXCLUDED.draft_id,
    sent_by = EXCLUDED.sent_by
WHERE m.direction = 'outbound' AND m.draft_id IS NULL
"""
"""The message that was sent; a copy of it that was imported meanwhile becomes it (failure D7)."""


@dataclass(frozen=True, slots=True)
class SendableDraft:
    """A draft and what its mail needs, read under its lock."""

    id: UUID
    workspace_id: UUID
    lead_id: UUID
    channel: str
    status: str
    content: str
    """As composed."""
    body: str
    """What is to be sent: the edited text where there is one."""
    updated_at: datetime
    send_unconfirmed: bool
    lead_email: str
    lead_name: str | None
    subject: str | None
    trigger_message_id: str | None
    """The Message-ID of the mail that is answered, or `sha256:…`."""
    reference_ids: list[str]
    thread_id: UUID
    reply_to: str | None
    """Where the lead wants answers; None: at the lead's address."""
    trigger_body: str
    """The words of the mail that is answered."""
    trigger_sent_at: datetime
    list_unsubscribe: str
    """A ListUnsubscribe: the workspace's setting."""
    now: datetime
    """The database's clock."""
    sent_body: str | None
    """The body of its outbound message; None when there is none."""
    sent_by: str | None
    known_unsent: bool
    """For one that is sending: whether it is certain that its mail was not handed over yet."""


def read_draft(
    connection: Connection, draft_id: UUID, *, workspace_id: UUID | None, message_id: str
) -> SendableDraft | None:
    """The draft, locked until the transaction ends; None when it is not there or another workspace's."""
    with connection.cursor(row_factory=class_row(SendableDraft)) as cursor:
        return cursor.execute(
            READ, {"draft_id": draft_id, "workspace_id": workspace_id, "message_id": message_id}
        ).fetchone()


def claim_draft(connection: Connection, draft_id: UUID) -> datetime | None:
    """Pending to sending; when, which names the claim, or None when it was not pending."""
    row = connection.execute(CLAIM, (draft_id,)).fetchone()
    return None if row is None else row[0]


def commit_to_it(connection: Connection, draft_id: UUID, *, claimed_at: datetime) -> bool:
    """Note that its mail may be taken from now on; whether the claim still held."""
    facts = {"draft_id": draft_id, "claimed_at": claimed_at}
    return connection.execute(COMMIT_TO_IT, facts).rowcount == 1


def give_back(connection: Connection, draft_id: UUID, reason: str, *, claimed_at: datetime) -> bool:
    """Sending to pending, with the reason to show; whether the claim still held."""
    facts = {"draft_id": draft_id, "reason": reason, "claimed_at": claimed_at}
    return connection.execute(GIVE_BACK, facts).rowcount == 1


def approve(connection: Connection, draft_id: UUID, found: Disposition) -> bool:
    """Sending (or unconfirmed) to approved; whether it was."""
    return connection.execute(APPROVE, {"draft_id": draft_id, "disposition": found}).rowcount == 1


def leave_unconfirmed(connection: Connection, draft_id: UUID) -> bool:
    """Sending to approved with `send_unconfirmed`, for the operator; whether it was sending."""
    return connection.execute(LEAVE_UNCONFIRMED, (draft_id,)).rowcount == 1


def record_message(
    connection: Connection, draft: SendableDraft, *, message_id: str, subject: str, sent_by: str
) -> None:
    """Store the outbound message of `draft`; a second time changes nothing."""
    trigger = draft.trigger_message_id
    threaded = trigger if trigger and trigger.startswith("<") else None
    connection.execute(
        RECORD,
        {
            "workspace_id": draft.workspace_id,
            "lead_id": draft.lead_id,
            "channel": draft.channel,
            "subject": subject,
            "body": draft.body,
            "message_id": message_id,
            "in_reply_to": threaded,
            "reference_ids": [*draft.reference_ids, *([threaded] if threaded else [])],
            "thread_id": draft.thread_id,
            "sent_by": sent_by,
            "draft_id": draft.id,
        },
    )
