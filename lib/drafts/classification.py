"""What sort of message an inbound is: the tag that its lead gets (domain §1), by rules alone."""

import re
from enum import StrEnum
from typing import Final

from lib.drafts.composer import Extract, Intent
from lib.drafts.invariants.wording import plain
from lib.drafts.machine_text import machine_text
from lib.drafts.opt_out import opt_out_in


class LeadTag(StrEnum):
    """The tags that the pipeline sets; the team may use others."""

    INTERESTED = "Interested"
    MEETING_REQUESTED = "Meeting Requested"
    CALL_REQUESTED = "Call Requested"
    INFORMATION_REQUESTED = "Information Requested"
    FOLLOW_UP = "Follow Up"
    NOT_INTERESTED = "Not Interested"
    OPT_OUT = "Opt Out"
    AUTOMATED_REPLY = "Automated Reply"
    BLACKLISTED = "Blacklisted"
    UNDELIVERABLE = "Undeliverable"
    """No mail reaches the lead's address; until the lead writes again."""


STOPPED: Final = frozenset({LeadTag.OPT_OUT.value, LeadTag.BLACKLISTED.value, "Blacklist"})
"""Tags that only a message with a wish of its own takes away again."""

_CALL: Final = re.compile(
    r"\b(?:call|phone|ring|anruf\w*|telefon\w*|appel\w*|llamad\w*|llamar\w*)\b", re.IGNORECASE
)
_INFORMATION: Final = re.compile(
    r"\b(?:information\w*|info|details?|brochure|pdf|deck|documentation|case\s+stud(?:y|ies)"
    r"|how\s+(?:does|do|much)"
    r"|send\s+(?:me|us)\s+more|unterlagen|wie\s+funktioniert|renseignements|documentation"
    r"|comment\s+fonctionne"
    r"|informaci[óo]n|detalles|c[óo]mo\s+funciona)\b",
    re.IGNORECASE,
)
_INTERESTED: Final = re.compile(
    r"\b(?:interested|sounds\s+(?:good|great|interesting)|looks\s+(?:good|great|interesting)|love\s+to"
    r"|keen|curious"
    r"|interessiert|interessant|klingt\s+gut|int[ée]ress[ée]\w*|int[ée]ressant|interesad[oa]s?"
    r"|interesante|me\s+interesa)\b",
    re.IGNORECASE,
)


def is_opt_out(body: str, subject: str | None = None) -> bool:
    """Whether the sender wants no more messages."""
    return opt_out_in(body, subject) is not None


def is_automated(subject: str | None, body: str, automation: str | None) -> bool:
    """Whether a machine wrote it: by its own headers, or by what its subject or text says."""
    return automation is not None or machine_text(subject, body) is not None


def tag_for(body: str, extract: Extract, before: str | None) -> str:
    """The lead's tag after a person's message that is no opt-out.

    `before` is the tag so far; one that stands for a stop stays unless the message shows a wish of its own.
    """
    found = _wish(plain(body), extract)
    if found is not None:
        return found
    return before if before in STOPPED else LeadTag.FOLLOW_UP


def _wish(text: str, extract: Extract) -> LeadTag | None:
    if extract.intent is Intent.DECLINE:
        return LeadTag.NOT_INTERESTED
    if extract.is_scheduling:
        return LeadTag.CALL_REQUESTED if _CALL.search(text) else LeadTag.MEETING_REQUESTED
    if extract.needs_pricing_answer or _INFORMATION.search(text):
        return LeadTag.INFORMATION_REQUESTED
    return LeadTag.INTERESTED if _INTERESTED.search(text) else None
