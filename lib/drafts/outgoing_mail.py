"""A mail on its way out: from a draft's facts to the bytes that a server takes."""

import re
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime, getaddresses
from typing import Final
from uuid import UUID

from lib.errors import SendRefused

_DRAFT_ID: Final = re.compile(r"<draft\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@")

REFERENCE_LIMIT: Final = 20
"""How many ids `References` carries: the thread's first and its latest."""
SUBJECT_LIMIT: Final = 400

_ID: Final = re.compile(r"<[^<>\s]+>")
_ANSWERED: Final = re.compile(r"^\s*(?:re|aw|sv|antw|rép|resp)\s*:", re.IGNORECASE)
_ADDRESS: Final = re.compile(r"[^\s<>@,;:\"()\[\]\\]+@[^\s<>@,;:\"()\[\]\\]+")


class _IdsHeader(UnstructuredHeader):
    """Message-IDs, one a line: the standard library would put long ones into encoded words (RFC 2047, §5)."""

    def fold(self, *, policy: EmailPolicy) -> str:
        name = getattr(self, "name", "")
        return f"{name}: " + f"{policy.linesep} ".join(str(self).split(" ")) + policy.linesep


def _headers() -> HeaderRegistry:
    headers = HeaderRegistry()
    for name in ("in-reply-to", "references"):
        headers.map_to_type(name, _IdsHeader)  # type: ignore[arg-type]  # the registry adds BaseHeader itself
    return headers


_POLICY: Final = SMTP.clone(header_factory=_headers())


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingMail:
    """One mail, ready to be handed over."""

    message_id: str
    """With its angle brackets; the idempotency key of the send (domain §4)."""
    sender: str
    """The envelope's address, without a name."""
    recipient: str
    message: EmailMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What an outgoing mail is made of."""

    draft_id: UUID
    sender: str
    """`Name <address>` (MAIL_FROM)."""
    recipient: str
    recipient_name: str | None
    subject: str | None
    """The subject of the mail that is answered."""
    body: str
    date: datetime
    in_reply_to: str | None
    """The Message-ID of the mail that is answered; None when it had none."""
    references: tuple[str, ...]
    """The Message-IDs of the thread, oldest first."""


def message_id_of(draft_id: UUID, sender: str) -> str:
    """The Message-ID of the one mail that the draft becomes: the same whenever it is asked."""
    domain = _address(sender).domain
    return f"<draft.{draft_id}@{domain}>"


def draft_of(message_id: str) -> UUID | None:
    """The draft whose mail may have this Message-ID; None for what is not of that form."""
    found = _DRAFT_ID.match(message_id)
    return UUID(found[1]) if found else None


def outgoing_mail(letter: Letter) -> OutgoingMail:
    """The mail that `letter` describes. Raises SendRefused for an address that no mail can go to.

    No value can add a header: line breaks and other control characters become spaces.
    """
    sender, recipient = _address(letter.sender), _address(letter.recipient, letter.recipient_name)
    message_id = message_id_of(letter.draft_id, letter.sender)
    message = EmailMessage(policy=_POLICY)
    try:
        message["From"] = sender
        message["To"] = recipient
        message["Subject"] = reply_subject(letter.subject)
        message["Date"] = format_datetime(letter.date)
        message["Message-ID"] = message_id
        parent = _ids(letter.in_reply_to)
        thread = tuple(dict.fromkeys((*(one for known in letter.references for one in _ids(known)), *parent)))
        if parent:
            message["In-Reply-To"] = parent[0]
        if thread:
            message["References"] = " ".join(_bounded(thread))
        message["Auto-Submitted"] = "no"
        message.set_content(letter.body, charset="utf-8", cte="quoted-printable")
    except (ValueError, MessageError, UnicodeError) as error:
        raise SendRefused(
            "The mail could not be written: a header or the text has characters that mail cannot carry."
        ) from error
    return OutgoingMail(
        message_id=message_id, sender=sender.addr_spec, recipient=recipient.addr_spec, message=message
    )


def reply_subject(subject: str | None) -> str:
    """The subject of the answer to a mail with this subject: one line, one `Re:`."""
    line = _one_line(subject or "")[:SUBJECT_LIMIT]
    return line if _ANSWERED.match(line) else f"Re: {line}".strip()


def _address(text: str, name: str | None = None) -> Address:
    pairs = getaddresses([_one_line(text)])
    display, spec = pairs[0] if len(pairs) == 1 else ("", "")
    if not _ADDRESS.fullmatch(spec):
        raise SendRefused("The address is not one that mail can go to: correct the lead's address.")
    local, _, domain = spec.rpartition("@")
    try:
        return Address(display_name=_one_line(name or display), username=local, domain=_ascii_domain(domain))
    except (ValueError, MessageError) as error:
        raise SendRefused(
            "The address is not one that mail can go to: correct the lead's address."
        ) from error


def _ascii_domain(domain: str) -> str:
    return domain if domain.isascii() else domain.encode("idna").decode("ascii")


def _ids(text: str | None) -> tuple[str, ...]:
    return tuple(one for one in _ID.findall(text or "") if one.isascii() and one.isprintable())


def _bounded(thread: tuple[str, ...]) -> tuple[str, ...]:
    return thread if len(thread) <= REFERENCE_LIMIT else (thread[0], *thread[1 - REFERENCE_LIMIT :])


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
