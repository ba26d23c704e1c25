"""`staleDrafts`: drafts `sending` for too long settle by what is known (design §8, failures D6, L12).

A sent message exists: approved, with the disposition of the **stored** body. None exists, and it is certain
that the mail was not handed over: pending again, with the reason. Else: approved as the original system did,
but flagged `send_unconfirmed` and listed for the operator, never called sent.
"""

from typing import Final
from uuid import UUID

import structlog

from lib.clock import Deadline
from lib.drafts.disposition import disposition
from lib.drafts.outgoing_mail import message_id_of
from lib.drafts.send_store import (
    INTERRUPTED,
    SendableDraft,
    approve,
    give_back,
    leave_unconfirmed,
    read_draft,
)
from lib.errors import SendDeferred
from lib.log.events import LogEvent
from lib.maintenance.batches import due_count, in_batches
from lib.maintenance.item import ItemResult, MaintenanceItem
from lib.services import Services
from lib.store.store import Connection

BATCH: Final = 100
NAMED_AT_MOST: Final = 20
"""Drafts named in the log line; all of them carry the flag."""
STALE: Final = """
SELECT id FROM drafts
WHERE status = 'sending' AND updated_at < everytick_now() - %s * interval '1 minute'
"""
"""`updated_at` is when the draft became `sending`."""
TAKE: Final = f"{STALE} ORDER BY updated_at LIMIT {BATCH} FOR UPDATE SKIP LOCKED"


def _settle_all(services: Services, deadline: Deadline) -> ItemResult:
    minutes = services.settings.stale_sending_minutes
    recovered: list[UUID] = []
    unconfirmed: list[UUID] = []

    def batch(connection: Connection) -> int:
        stale = [draft_id for (draft_id,) in connection.execute(TAKE, (minutes,)).fetchall()]
        for draft_id in stale:
            sent = _settle(connection, draft_id, services.settings.mail_from)
            if sent is not None:
                recovered.append(draft_id)
            if sent is False:
                unconfirmed.append(draft_id)
        return len(stale)

    in_batches(services, deadline, batch, size=BATCH)
    if unconfirmed:
        structlog.get_logger().error(
            LogEvent.DRAFT_UNCONFIRMED,
            count=len(unconfirmed),
            drafts=[str(draft_id) for draft_id in unconfirmed[:NAMED_AT_MOST]],
        )
    return ItemResult(
        counts={"recovered": len(recovered), "unconfirmed": len(unconfirmed)},
        remaining=due_count(services, f"SELECT count(*) FROM ({STALE}) AS due", minutes),  # noqa: S608
    )


def _settle(connection: Connection, draft_id: UUID, mail_from: str) -> bool | None:
    """Whether it is known what became of the mail; None when the draft was settled by somebody else."""
    message_id = message_id_of(draft_id, mail_from)
    draft = read_draft(connection, draft_id, workspace_id=None, message_id=message_id)
    if draft is None:
        return None
    if draft.sent_body is None and draft.known_unsent:
        return True if _give_back(connection, draft) else None
    if draft.sent_body is None:
        return False if leave_unconfirmed(connection, draft_id) else None
    found = disposition(sent_body=draft.sent_body, composed=draft.content, sent_by=draft.sent_by)
    return True if approve(connection, draft_id, found) else None


def _give_back(connection: Connection, draft: SendableDraft) -> bool:
    """Pending again: its job's next attempt sends it; where there is none, a person sees why it waits."""
    if not give_back(connection, draft.id, INTERRUPTED, claimed_at=draft.updated_at):
        return False
    structlog.get_logger().error(
        LogEvent.DRAFT_SEND_FAILED, draft_id=str(draft.id), error=SendDeferred.code, retried=False
    )
    return True


STALE_DRAFTS: Final = MaintenanceItem(name="staleDrafts", run=_settle_all)
