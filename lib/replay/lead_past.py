"""What was known of a lead at an earlier moment, from nothing but what had been written until then."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lib.drafts.classification import STOPPED, LeadTag, is_automated, is_opt_out, tag_for
from lib.drafts.conversation import ConversationMessage, Direction
from lib.drafts.extraction import extract_from
from lib.errors import MailError
from lib.inbox.headers import header_addresses
from lib.inbox.structure import mail_tree


@dataclass(frozen=True, slots=True, kw_only=True)
class NameSource:
    """The headers of one mail."""

    raw: bytes
    """As received; may be cut behind the headers."""
    outbound: bool


def lead_tag_and_timezone(before: Sequence[ConversationMessage]) -> tuple[str | None, str | None]:
    """The lead's tag and time zone after the messages `before`, oldest first, by the pipeline's own rules.

    A team's own tag has no date, so it is not seen here.
    """
    tag: str | None = None
    timezone: str | None = None
    for message in before:
        if message.direction is not Direction.INBOUND:
            continue
        if is_automated(message.subject, message.body, message.automation):
            tag = tag if tag in STOPPED else LeadTag.AUTOMATED_REPLY
        elif is_opt_out(message.body, message.subject):
            tag = LeadTag.OPT_OUT
        else:
            extract = extract_from(message.body, ())
            tag = tag_for(message.body, extract, tag)
            timezone = timezone or extract.detected_timezone
    return tag, timezone


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
