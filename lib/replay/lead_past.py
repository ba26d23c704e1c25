"""What was known of a lead at an earlier moment, from nothing but what had been written until then."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from lib.drafts.classification import tag_for
from lib.drafts.conversation import (
    Conversation,
    ConversationMessage,
    Direction,
    LeadStatus,
    LeadView,
)
from lib.drafts.no_draft import reason_after_extract, reason_before_composing, tag_without_draft
from lib.drafts.template_composer import understood
from lib.errors import MailError
from lib.inbox.headers import header_addresses
from lib.inbox.structure import mail_tree


@dataclass(frozen=True, slots=True, kw_only=True)
class NameSource:
    """The headers of one mail."""

    raw: bytes
    """As received; may be cut behind the headers."""
    outbound: bool


def with_tag_and_timezone(
    conversation: Conversation, before: tuple[ConversationMessage, ...]
) -> Conversation:
    """`conversation` with the lead's tag and time zone after the messages `before`, oldest first.

    By the pipeline's own rules, message for message. A team's own tag has no date, so it is not seen here.
    """
    lead = conversation.lead
    for number, message in enumerate(before):
        if message.direction is Direction.INBOUND:
            then = replace(
                conversation,
                lead=replace(lead, status=LeadStatus.ACTIVE),
                trigger=message,
                messages=before[: number + 1],
                offered_slots=(),
            )
            lead = _lead_after(then)
    return replace(conversation, lead=replace(lead, status=conversation.lead.status))


def _lead_after(conversation: Conversation) -> LeadView:
    """The lead as the pipeline leaves it after the conversation's trigger."""
    lead = conversation.lead
    reason = reason_before_composing(conversation)
    if reason is not None:
        return replace(lead, tag=tag_without_draft(conversation, reason) or lead.tag)
    extract = understood(conversation)
    if reason_after_extract(conversation, extract) is not None:
        return lead
    return replace(
        lead,
        tag=tag_for(conversation.asked, extract, lead.tag),
        timezone=lead.timezone or extract.detected_timezone,
    )


def lead_name(email: str, sources: Iterable[NameSource]) -> str | None:
    """The first display name that a mail gave the address `email`; None when none did."""
    for source in sources:
        try:
            tree = mail_tree(source.raw)
        except MailError:
            continue
        for header in ("to", "cc") if source.outbound else ("from",):
            for address in header_addresses(tree, header):
                if address.address == email and address.name:
                    return address.name
    return None
