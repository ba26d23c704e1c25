"""A conversation as it stood when its message came in: what lies in that message's future is cut away.

The cut is made where rows are read, so that neither composer nor judge can be handed what was not there yet.
"""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from psycopg.rows import dict_row

from lib.drafts.conversation import Channel, Conversation, Direction, LeadStatus, LeadView
from lib.drafts.conversation_store import BODY_LIMIT, MESSAGE_LIMIT, message_of, workspace_view
from lib.inbox.offered_slots import offered_slots
from lib.memory.recall import PROMPT_TOKENS, recall
from lib.replay.lead_past import NameSource, lead_name, with_tag_and_timezone
from lib.store.store import Connection

LEAD_LIMIT: Final = 50
"""Earlier messages of the lead, from all its threads, that its tag and time zone are read from."""
HEADER_BYTES: Final = 65_536
"""How much of a mail as received is read for the names in its headers."""

MOMENT: Final = timedelta(microseconds=1)
"""Before the message: what was remembered at its very instant may have been learnt from it."""

TRIGGER: Final = """
SELECT t.id, t.workspace_id, t.lead_id, t.thread_id, t.channel, t.direction, t.subject,
       left(t.body, %(limit)s) AS body, t.sent_at, t.created_at, t.automation,
       l.email, l.name, l.status, l.scheduler_link, w.settings,
       EXISTS (SELECT FROM messages n WHERE n.workspace_id = t.workspace_id AND n.lead_id = t.lead_id
               AND (n.created_at > t.created_at OR n.sent_at > t.sent_at)) AS went_on
FROM messages t JOIN leads l ON l.id = t.lead_id JOIN workspaces w ON w.id = t.workspace_id
WHERE t.id = %(message_id)s AND t.workspace_id = %(workspace_id)s AND t.direction = 'inbound'
"""
"""The replayed message, with what its lead and workspace say of themselves today."""

EARLIER: Final = """
WITH told AS (
    SELECT m.id, m.direction, m.thread_id, m.draft_id, m.subject, m.body, m.sent_at, m.created_at,
           m.automation, m.rfc_message_id, m.reference_ids,
           CASE WHEN abs(extract(epoch FROM m.created_at - m.sent_at)) > 86400
                THEN m.sent_at ELSE m.created_at END AS known_at
    FROM messages m
    WHERE m.workspace_id = %(workspace_id)s
      AND m.lead_id = (SELECT lead_id FROM messages WHERE id = %(message_id)s)
)
SELECT n.id, n.direction, n.subject, left(n.body, %(limit)s) AS body, n.sent_at, n.automation
FROM told n, told t
WHERE t.id = %(message_id)s AND n.id <> t.id
  AND (NOT %(in_thread)s OR n.thread_id = t.thread_id)
  AND (%(direction)s::text IS NULL OR n.direction = %(direction)s)
  AND n.sent_at <= t.sent_at AND n.known_at <= t.known_at
  AND (n.sent_at < t.sent_at OR n.known_at < t.known_at)
  AND coalesce(t.rfc_message_id <> ALL (n.reference_ids), true)
  AND NOT EXISTS (SELECT FROM drafts d WHERE d.id = n.draft_id AND d.trigger_message_id = t.id)
ORDER BY n.sent_at DESC, n.created_at DESC, n.id DESC LIMIT %(count)s
"""
"""What the lead and the team had written before the replayed message, newest first.

`known_at` is when the team had a message: when it was stored; of old mail that was imported, when sent.
Earlier is what was sent no later and known no later, and one of the two strictly: of two messages of the
same instant nobody knows the order, so the other is left out. What names the replayed message, or is the
answer that the team sent to it, came after it whatever the clocks of the two senders say.
"""

NAMES: Final = """
SELECT n.direction, substring(n.raw FROM 1 FOR %(header_bytes)s) AS raw FROM messages n
WHERE n.id = ANY (%(ids)s) AND n.raw IS NOT NULL ORDER BY n.created_at, n.id LIMIT 20
"""
"""The headers of mails as received, the first to come in first."""


def read_past(
    connection: Connection, message_id: UUID, *, workspace_id: UUID, memory_tokens: int = PROMPT_TOKENS
) -> Conversation | None:
    """The conversation that the inbound `message_id` ended when it came in; None when it is not there.

    `memory_tokens` is the budget of what was remembered by then. The lead's tag, time zone, name, scheduler
    and offered slots are read anew from what was written until then, for their columns hold what was learnt
    since. The workspace's settings are today's: they are part of what is tried. Raises UsageProblem for
    settings that do not fit.
    """
    facts = {"message_id": message_id, "workspace_id": workspace_id, "limit": BODY_LIMIT}
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(TRIGGER, facts).fetchone()
        if row is None:
            return None

        def earlier(
            count: int, direction: Direction | None = None, *, in_thread: bool
        ) -> list[dict[str, Any]]:
            asked = {**facts, "count": count, "direction": direction, "in_thread": in_thread}
            return cursor.execute(EARLIER, asked).fetchall()

        thread = earlier(MESSAGE_LIMIT - 1, in_thread=True)
        of_lead = earlier(LEAD_LIMIT, in_thread=False)
        offers = earlier(1, Direction.OUTBOUND, in_thread=False)
        ids = [message_id, *(one["id"] for one in of_lead)]
        names = [
            NameSource(raw=bytes(one["raw"]), outbound=one["direction"] == Direction.OUTBOUND)
            for one in cursor.execute(NAMES, {"ids": ids, "header_bytes": HEADER_BYTES}).fetchall()
        ]
    trigger = message_of(row)
    before = tuple(message_of(one) for one in reversed(of_lead))
    conversation = Conversation(
        workspace=workspace_view(row),
        lead=LeadView(
            id=row["lead_id"],
            email=row["email"],
            name=lead_name(row["email"], names) or (None if row["went_on"] else row["name"]),
            timezone=None,
            status=_status(row["status"]),
            tag=None,
            scheduler_link=_said(row["scheduler_link"], [trigger.body, *(one.body for one in before)]),
        ),
        channel=Channel(row["channel"]),
        messages=(*(message_of(one) for one in reversed(thread)), trigger),
        trigger=trigger,
        offered_slots=offered_slots(offers[0]["body"]) if offers else (),
        newer_inbound=False,
        answered=False,
        memory=recall(
            connection,
            workspace_id=workspace_id,
            lead_id=row["lead_id"],
            budget=memory_tokens,
            as_of=min(row["sent_at"], row["created_at"]) - MOMENT,
        ),
    )
    return with_tag_and_timezone(conversation, before)


def _status(stored: str) -> LeadStatus:
    """A lead that the team never answers is not replayed; what else was decided may be newer."""
    status = LeadStatus(stored)
    return status if status is LeadStatus.BLACKLISTED else LeadStatus.ACTIVE


def _said(link: str | None, bodies: list[str]) -> str | None:
    """`link`, where somebody had written it by then."""
    return link if link and any(link in body for body in bodies) else None
