"""The leads that a report is about: those whose address takes no mail, and those who called a mail spam.

A report comes from anybody who knows how one looks. It counts only for a lead to whom the team wrote the very
mail that the report names by its Message-ID, which only that lead and the servers on the way have seen.
"""

from typing import Final

from lib.drafts.classification import STOPPED, LeadTag
from lib.drafts.conversation import Conversation
from lib.drafts.no_draft import NoDraftReason
from lib.store.store import Connection

WRITTEN_TO: Final = """
EXISTS (
    SELECT FROM messages m WHERE m.workspace_id = l.workspace_id AND m.lead_id = l.id
    AND m.direction = 'outbound'
    AND m.rfc_message_id = ANY(ARRAY(SELECT jsonb_array_elements_text(r.automation_facts -> 'messageIds'))))
"""
"""Whether the lead `l` was sent a mail that the report `r` names."""

MARK_UNDELIVERABLE: Final = f"""
UPDATE leads l SET tag = %(tag)s FROM messages r
WHERE r.id = %(report)s AND l.workspace_id = r.workspace_id AND l.status <> 'blacklisted'
AND l.email = ANY(ARRAY(SELECT jsonb_array_elements_text(r.automation_facts -> 'undeliverable')))
AND coalesce(l.tag, '') <> ALL(%(stopped)s) AND {WRITTEN_TO}
AND NOT EXISTS (
    SELECT FROM messages n WHERE n.workspace_id = l.workspace_id AND n.lead_id = l.id
    AND n.direction = 'inbound' AND n.automation IS NULL AND n.sent_at > r.sent_at)
"""  # noqa: S608 - put together from constants only
"""Not for a lead that wrote afterwards: whoever writes can be written to."""

MARK_COMPLAINED: Final = f"""
UPDATE leads l SET tag = %(tag)s FROM messages r
WHERE r.id = %(report)s AND l.workspace_id = r.workspace_id AND {WRITTEN_TO}
"""  # noqa: S608 - put together from constants only
"""By the mail's id alone: providers take the address out of what they report."""


def tag_reported_leads(connection: Connection, conversation: Conversation, reason: NoDraftReason) -> int:
    """Tag the leads that the conversation's trigger reports on, if it is a report; how many they are."""
    facts = {"report": conversation.trigger.id, "stopped": sorted(STOPPED)}
    match reason:
        case NoDraftReason.BOUNCE:
            mark, facts["tag"] = MARK_UNDELIVERABLE, LeadTag.UNDELIVERABLE
        case NoDraftReason.COMPLAINT:
            mark, facts["tag"] = MARK_COMPLAINED, LeadTag.OPT_OUT
        case _:
            return 0
    return connection.execute(mark, facts).rowcount
