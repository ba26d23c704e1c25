"""When an inbound gets no draft, and why: every no-op is explained (domain §2)."""

from enum import StrEnum
from typing import Final

from lib.drafts.classification import STOPPED, LeadTag, is_automated, is_opt_out, tag_for
from lib.drafts.composer import Extract
from lib.drafts.conversation import Conversation, LeadStatus
from lib.drafts.invariants.wording import is_blank
from lib.inbox.mail import Automation


class NoDraftReason(StrEnum):
    """Why a pipeline run ended without a draft; stored as the run's reason."""

    LEAD_BLACKLISTED = "lead_blacklisted"
    """The team never answers this lead."""
    AUTOMATED_REPLY = "automated_reply"
    """A machine wrote it: an answer would start a loop."""
    BOUNCE = "bounce"
    """A report that a mail could not be delivered."""
    BULK_MAIL = "bulk_mail"
    """A newsletter, a mailing list or a notification."""
    OPT_OUT = "opt_out"
    """The sender wants no more messages."""
    LEAD_OPTED_OUT = "lead_opted_out"
    """The lead opted out before and asks for nothing now."""
    EMPTY_MESSAGE = "empty_message"
    """There is no text to answer, only perhaps attachments."""
    ALREADY_ANSWERED = "already_answered"
    """The team wrote in the thread afterwards."""
    NEWER_INBOUND = "newer_inbound"
    """A later message of the thread gets the draft, with this one in view."""


_OF_MACHINES: Final[dict[str, NoDraftReason]] = {
    Automation.BOUNCE: NoDraftReason.BOUNCE,
    Automation.BULK: NoDraftReason.BULK_MAIL,
}


def reason_before_composing(conversation: Conversation) -> NoDraftReason | None:
    """Why there is nothing to compose; None when there is. Of several reasons the weightiest counts."""
    trigger = conversation.trigger
    if conversation.lead.status is LeadStatus.BLACKLISTED:
        return NoDraftReason.LEAD_BLACKLISTED
    if is_automated(trigger.subject, trigger.body, trigger.automation):
        return _OF_MACHINES.get(trigger.automation or "", NoDraftReason.AUTOMATED_REPLY)
    if is_opt_out(trigger.body):
        return NoDraftReason.OPT_OUT
    if conversation.answered:
        return NoDraftReason.ALREADY_ANSWERED
    if conversation.newer_inbound:
        return NoDraftReason.NEWER_INBOUND
    return NoDraftReason.EMPTY_MESSAGE if is_blank(trigger.body) else None


def reason_after_extract(conversation: Conversation, extract: Extract) -> NoDraftReason | None:
    """Why what was understood gets no draft; None when it does."""
    before = conversation.lead.tag
    stays = tag_for(conversation.asked, extract, before) == before
    return NoDraftReason.LEAD_OPTED_OUT if before in STOPPED and stays else None


def tag_without_draft(conversation: Conversation, reason: NoDraftReason) -> str | None:
    """The tag that goes with `reason`; None when it says nothing new about the lead.

    A machine's message that is no longer the latest word, or comes from a lead that opted out, changes
    nothing; an opt-out always counts.
    """
    match reason:
        case NoDraftReason.LEAD_BLACKLISTED:
            return LeadTag.BLACKLISTED
        case NoDraftReason.OPT_OUT:
            return LeadTag.OPT_OUT
        case NoDraftReason.AUTOMATED_REPLY | NoDraftReason.BOUNCE | NoDraftReason.BULK_MAIL:
            superseded = conversation.newer_inbound or conversation.lead.tag in STOPPED
            return None if superseded else LeadTag.AUTOMATED_REPLY
        case _:
            return None
