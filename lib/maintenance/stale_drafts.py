"""`staleDrafts`: drafts `sending` for too long settle by what is known (design §8, failures D6, L12).

A sent message exists: approved, with the disposition of the **stored** body. None exists: approved as the
original system did, but flagged `send_unconfirmed` and listed for the operator, never called sent.
"""

from typing import Final

import structlog

from lib.clock import Deadline
from lib.log.events import LogEvent
from lib.maintenance.batches import due_count, in_batches
from lib.maintenance.item import ItemResult, MaintenanceItem
from lib.services import Services
from lib.store.store import Connection

BATCH: Final = 100
STALE: Final = """
SELECT id FROM drafts
WHERE status = 'sending' AND updated_at < everytick_now() - %s * interval '1 minute'
"""
"""`updated_at` is when the draft became `sending`."""
SETTLE: Final = f"""
WITH stale AS MATERIALIZED ({STALE} ORDER BY updated_at LIMIT {BATCH} FOR UPDATE SKIP LOCKED),
known AS (
    SELECT stale.id, m.id IS NOT NULL AS sent,
        CASE WHEN m.id IS NULL THEN NULL
             WHEN m.body <> d.content THEN 'EDITED'
             WHEN m.sent_by = 'ai' THEN 'AUTO_SENT'
             ELSE 'APPROVED' END AS disposition
    FROM stale JOIN drafts d USING (id) LEFT JOIN messages m ON m.draft_id = stale.id
)
UPDATE drafts
SET status = 'approved', response_disposition = known.disposition, send_unconfirmed = NOT known.sent,
    updated_at = everytick_now()
FROM known WHERE drafts.id = known.id AND drafts.status = 'sending'
RETURNING drafts.id, known.sent
"""  # noqa: S608 - literals only


def _settle(services: Services, deadline: Deadline) -> ItemResult:
    minutes = services.settings.stale_sending_minutes
    unconfirmed: list[str] = []

    def batch(connection: Connection) -> int:
        settled = connection.execute(SETTLE, (minutes,)).fetchall()
        unconfirmed.extend(str(draft) for draft, sent in settled if not sent)
        return len(settled)

    recovered = in_batches(services, deadline, batch, size=BATCH)
    if unconfirmed:
        structlog.get_logger().error(
            LogEvent.DRAFT_UNCONFIRMED, count=len(unconfirmed), drafts=unconfirmed[:20]
        )
    return ItemResult(
        counts={"recovered": recovered, "unconfirmed": len(unconfirmed)},
        remaining=due_count(services, f"SELECT count(*) FROM ({STALE}) AS due", minutes),  # noqa: S608
    )


STALE_DRAFTS: Final = MaintenanceItem(name="staleDrafts", run=_settle)
