"""A mail as Everytick understands it: what was parsed from the bytes that came in."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Automation(StrEnum):
    """What wrote a mail when no person did; the stored words of `messages.automation`."""

    AUTO_REPLY = "auto_reply"
    """An out-of-office note or another answer by a machine (RFC 3834)."""
    BOUNCE = "bounce"
    """A report that a mail could not be delivered."""
    BULK = "bulk"
    """A newsletter, a mailing list or a notification."""
    DELAY = "delay"
    """A report that a mail has not been delivered yet; it is still being tried."""
    RECEIPT = "receipt"
    """A report that a mail was read, or that it arrived (RFC 8098, RFC 3464)."""
    COMPLAINT = "complaint"
    """A provider's report that the lead called a mail spam (RFC 5965)."""
    CALENDAR = "calendar"
    """A calendar's answer to an invitation, without a word of the person's own (RFC 5546)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailReport:
    """What a report says of a mail of the team's."""

    undeliverable: tuple[str, ...] = ()
    """Addresses, lower case, that will never take mail; not those that refused this one mail."""
    status: str | None = None
    """The first enhanced status code (RFC 3463), for instance `5.1.1`; None when there is none."""
    message_ids: tuple[str, ...] = ()
    """Message-IDs of the mail that it reports on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineSign:
    """What told that no person wrote a mail."""

    automation: Automation
    evidence: str
    """The header that told it, for instance `Auto-Submitted: auto-replied`; at most 200 characters."""
    report: MailReport | None = None
    """None for what is no report."""
    list_address: str | None = None
    """Where the mailing list that it came through takes mail; None when it is none, or takes none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailAddress:
    """One mailbox."""

    address: str
    """`local@domain`, lower case."""
    name: str | None = None
    """The display name; None when there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A part that is not the mail's own text; its content stays in the raw mail."""

    name: str | None
    """As the sender called it, never a path to write to; None when unnamed."""
    media_type: str
    """For instance `application/pdf`."""
    size_bytes: int
    """Decoded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedMail:
    """One mail. Every text is fit for PostgreSQL: no NUL, no lone surrogate."""

    sender: MailAddress
    recipients: tuple[MailAddress, ...]
    """To, then Cc; what could be read of them."""
    reply_to: MailAddress | None
    """Where an answer is wanted when not at the sender's address."""
    subject: str | None
    sent_at: datetime
    """The Date header in UTC; the time of receipt where it is missing, wrong or in the future."""
    rfc_message_id: str
    """With its angle brackets; `sha256:…` of the mail where it had none (design §4)."""
    in_reply_to: str | None
    reference_ids: tuple[str, ...]
    """Every id that In-Reply-To and References name, oldest first."""
    text: str
    """What the sender wrote; the whole text when it is nothing but quotation."""
    quoted: str | None
    """What the sender quoted of earlier mail."""
    machine: MachineSign | None
    """None for a person's mail."""
    attachments: tuple[Attachment, ...]
    raw: bytes = field(repr=False)
    """As it came in."""

    @property
    def automation(self) -> Automation | None:
        """What wrote it; None for a person."""
        return self.machine.automation if self.machine else None
