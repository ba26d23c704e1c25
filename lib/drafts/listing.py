"""Drafts as an operator looks at them: the newest first, each beside the mail that it answers."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from psycopg.rows import class_row

from lib.clock import iso
from lib.store.store import Connection

LIST: Final = """
SELECT d.id, w.name AS workspace, l.email AS lead_email, m.subject, d.status,
       d.response_disposition AS disposition, d.send_unconfirmed, m.body AS inbound,
       coalesce(d.edited_content, d.content) AS text, d.created_at, l.score, l.score_basis,
       ARRAY(SELECT a.payload FROM draft_pipeline_artifacts a JOIN draft_pipeline_runs r ON r.id = a.run_id
             WHERE r.trigger_message_id = d.trigger_message_id AND r.channel = d.channel
               AND r.draft_id = d.id AND a.stage = 'auto_send_evaluation'
             ORDER BY a.iteration) AS auto_send
FROM drafts d
JOIN workspaces w ON w.id = d.workspace_id
JOIN leads l ON l.id = d.lead_id
JOIN messages m ON m.id = d.trigger_message_id
WHERE (%(status)s::text IS NULL OR d.status = %(status)s) AND (%(id)s::uuid IS NULL OR d.id = %(id)s)
ORDER BY d.created_at DESC, d.id LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class ListedDraft:
    """One draft."""

    id: UUID
    workspace: str
    lead_email: str
    subject: str | None
    status: str
    disposition: str | None
    """How it was sent; None before."""
    send_unconfirmed: bool
    inbound: str
    """What it answers."""
    text: str
    """What would be sent: the edited text where there is one."""
    created_at: datetime
    score: int | None
    """The lead's; None while it has none."""
    score_basis: dict[str, Any] | None
    """The signals that it rests on, or why there is none; None until the lead is scored."""
    auto_send: list[dict[str, Any]]
    """Each decision whether it goes out by itself, with its reason, in their order; none once pruned."""

    @property
    def goes_out_at(self) -> str | None:
        """When a job sends it, or asks again whether it may; None when none will."""
        decided = self.auto_send[-1] if self.auto_send and self.status == "pending" else {}
        return decided.get("runAt")

    def as_json(self) -> dict[str, Any]:
        """Its public shape."""
        return {
            "id": str(self.id),
            "workspace": self.workspace,
            "leadEmail": self.lead_email,
            "subject": self.subject,
            "status": self.status,
            "responseDisposition": self.disposition,
            "sendUnconfirmed": self.send_unconfirmed,
            "inbound": self.inbound,
            "text": self.text,
            "createdAt": iso(self.created_at),
            "leadScore": self.score,
            "leadScoreBasis": self.score_basis,
            "autoSend": self.auto_send,
        }


def list_drafts(
    connection: Connection, *, limit: int, status: str | None = None, draft_id: UUID | None = None
) -> list[ListedDraft]:
    """Up to `limit` drafts, the newest first; of one status, or the one with this id."""
    with connection.cursor(row_factory=class_row(ListedDraft)) as cursor:
        return cursor.execute(LIST, {"status": status, "id": draft_id, "limit": limit}).fetchall()
