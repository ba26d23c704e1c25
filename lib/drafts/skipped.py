"""The messages that got no draft, each with why: nothing that did not happen goes unexplained (domain §2)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from psycopg.rows import class_row

from lib.clock import iso
from lib.store.store import Connection

SKIPPED: Final = """
SELECT r.trigger_message_id AS message_id, w.name AS workspace, l.email AS lead_email, m.subject, r.status,
       r.reason, r.evidence, r.finished_at
FROM draft_pipeline_runs r
JOIN workspaces w ON w.id = r.workspace_id
JOIN leads l ON l.id = r.lead_id
JOIN messages m ON m.id = r.trigger_message_id
WHERE r.status IN ('ABORTED', 'FAILED') AND (%(reason)s::text IS NULL OR r.reason = %(reason)s)
ORDER BY r.created_at DESC, r.id LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class SkippedMessage:
    """One message without a draft."""

    message_id: UUID
    workspace: str
    lead_email: str
    """Whom it came from."""
    subject: str | None
    status: str
    """`ABORTED` for a decision, `FAILED` where composing failed for good."""
    reason: str
    evidence: dict[str, str] | None
    """What told the reason; None where nothing in the message did."""
    finished_at: datetime

    def as_json(self) -> dict[str, Any]:
        """Its public shape."""
        return {
            "messageId": str(self.message_id),
            "workspace": self.workspace,
            "leadEmail": self.lead_email,
            "subject": self.subject,
            "status": self.status,
            "reason": self.reason,
            "evidence": self.evidence,
            "finishedAt": iso(self.finished_at),
        }


def list_skipped(connection: Connection, *, limit: int, reason: str | None = None) -> list[SkippedMessage]:
    """Up to `limit` messages without a draft, the newest first; for one reason, or any."""
    with connection.cursor(row_factory=class_row(SkippedMessage)) as cursor:
        return cursor.execute(SKIPPED, {"reason": reason, "limit": limit}).fetchall()
