"""When an inbound gets no draft, and why: every no-op is explained (domain §2)."""

from enum import StrEnum
from typing import Final

from lib.drafts.absence import away_until
from lib.drafts.classification import STOPPED, LeadTag, is_automated, is_opt_out, tag_for
from lib.drafts.composer import Extract
from lib.drafts.conversation import Conversation, LeadStatus
from lib.drafts.invariants.wording import is_blank
from lib.drafts.machine_text import machine_text
from lib.drafts.opt_out import opt_out_in
from lib.inbox.mail import Automation

EVIDENCE_LIMIT: Final = 200
"""Characters of a message's own words that are kept as evidence."""


class NoDraftReason(StrEnum):
    """Why a pipeline run ended without a draft; stored as the run's reason."""

    LEAD_BLACKLISTED = "lead_blacklisted"
    """The team never answers this lead."""
    AUTOMATED_REPLY = "automated_reply"
    """A machine wrote it: an answer would start a loop."""
    BOUNCE = "bounce"
    """A report that a mail could not be delivered."""
    DELIVERY_DELAYED = "delivery_delayed"
    """A report that a mail is still being tried: nothing is decided."""
    RECEIPT = "receipt"
    """A report that a mail was read, or that it arrived."""
    COMPLAINT = "complaint"
    """A provider's report that the lead called a mail spam."""
    CALENDAR_REPLY = "calendar_reply"
    """A calendar's answer to an invitation, without a word of the person's own."""
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
    Automation.DELAY: NoDraftReason.DELIVERY_DELAYED,
    Automation.RECEIPT: NoDraftReason.RECEIPT,
    Automation.COMPLAINT: NoDraftReason.COMPLAINT,
    Automation.CALENDAR: NoDraftReason.CALENDAR_REPLY,
}
_REPORTS: Final = frozenset({NoDraftReason.BOUNCE, NoDraftReason.DELIVERY_DELAYED, NoDraftReason.COMPLAINT})
"""Reports, which may carry any text: what they quote is nobody's wish."""


def reason_before_composing(conversation: Conversation) -> NoDraftReason | None:
    """Why there is nothing to compose; None when there is. Of several reasons the weightiest counts."""
    trigger = conversation.trigger
    if conversation.lead.status is LeadStatus.BLACKLISTED:
        return NoDraftReason.LEAD_BLACKLISTED
    machine = _machine(conversation)
    # The button of a mail program writes for a person (RFC 2369, §3.2).
    if machine not in _REPORTS and is_opt_out("" if machine else trigger.body, trigger.subject):
        return NoDraftReason.OPT_OUT
    if machine is not None:
        return machine
    if conversation.answered:
        return NoDraftReason.ALREADY_ANSWERED
    if conversation.newer_inbound:
        return NoDraftReason.NEWER_INBOUND
    return NoDraftReason.EMPTY_MESSAGE if is_blank(trigger.body) else None


def _machine(conversation: Conversation) -> NoDraftReason | None:
    """The reason that goes with what wrote the trigger; None for a person."""
    trigger = conversation.trigger
    if not is_automated(trigger.subject, trigger.body, trigger.automation):
        return None
    return _OF_MACHINES.get(trigger.automation or "", NoDraftReason.AUTOMATED_REPLY)


def evidence_of(conversation: Conversation, reason: NoDraftReason) -> dict[str, str] | None:
    """What told the `reason`: a `header`, or words of the `text`; None for nothing.

    Of an absence also `awayUntil`, a day. Kept with the run, so that somebody who wonders sees what it was.
    """
    trigger = conversation.trigger
    if reason is NoDraftReason.OPT_OUT:
        words = opt_out_in(trigger.body, trigger.subject)
        return {"text": words[:EVIDENCE_LIMIT]} if words else None
    if reason not in _OF_MACHINES.values() and reason is not NoDraftReason.AUTOMATED_REPLY:
        return None
    words = None if trigger.automation else machine_text(trigger.subject, trigger.body)
    found: dict[str, str | None] = {
        "header": trigger.evidence,
        "text": words and words[:EVIDENCE_LIMIT],
    }
    if reason is NoDraftReason.AUTOMATED_REPLY:
        until = away_until(f"{trigger.subject or ''}\n{trigger.body}", trigger.sent_at.date())
        found["awayUntil"] = until.isoformat() if until else None
    return {name: value for name, value in found.items() if value} or None


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
