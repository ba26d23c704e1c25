"""A mail on its way out: from a draft's facts to the bytes that a server takes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8, EmailPolicy
from email.utils import format_datetime, getaddresses
from typing import Final, Self
from uuid import UUID

from lib.errors import SendRefused

_DRAFT_ID: Final = re.compile(r"<draft\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@")

REFERENCE_LIMIT: Final = 20
"""How many ids `References` carries: the thread's first and its latest."""
SUBJECT_LIMIT: Final = 400
NAME_LIMIT: Final = 200
ADDRESS_LIMIT: Final = 254
"""RFC 5321, §4.5.3.1.3."""
ENCODED: Final = "=?"
"""How an encoded word begins (RFC 2047): somebody else may read it as other text, line breaks included."""

_ID: Final = re.compile(r"<[^<>\s]{1,400}>")
_ANSWERED: Final = re.compile(r"^\s*(?:re|aw|sv|antw|rép|resp)\s*:", re.IGNORECASE)
_ADDRESS: Final = re.compile(r"[^\s<>@,;:\"()\[\]\\]+@[^\s<>@,;:\"()\[\]\\]+")


class WrittenHeader(str):
    """A header's value, in the lines in which it goes out.

    The standard library would read encoded words in a text that it is given, and write what they stand for
    as it is: a subject of `=?utf-8?q?=0D=0ABcc:...?=` became a header of its own. Nothing reads these lines.
    """

    __slots__ = ("name",)
    name: str

    def __new__(cls, name: str, *lines: str) -> Self:
        """Raise ValueError for a line that is none: empty, indented, or with a line break of its own."""
        if not all(line and line.isprintable() and not line.startswith(" ") for line in lines):
            raise ValueError("a line of a header is one line")
        made = super().__new__(cls, "\n ".join(lines))
        made.name = name
        return made

    def fold(self, *, policy: EmailPolicy) -> str:
        """The header as it goes out: the generator of a message asks for it."""
        return f"{self.name}: {self}\n".replace("\n", policy.linesep)


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
    ascii_addresses = sender.addr_spec.isascii() and recipient.addr_spec.isascii()
    message = EmailMessage(policy=SMTP if ascii_addresses else SMTPUTF8)
    try:
        for header in _headers(letter, sender, recipient, message_id):
            message[header.name] = header
        message.set_content(letter.body, charset="utf-8", cte="quoted-printable")
        bytes(message)  # whatever cannot be written shows itself here, and not when it is handed over
    except (ValueError, MessageError, UnicodeError) as error:
        raise SendRefused(
            "The mail could not be written: a header or the text has characters that mail cannot carry."
        ) from error
    return OutgoingMail(
        message_id=message_id, sender=sender.addr_spec, recipient=recipient.addr_spec, message=message
    )


def _headers(letter: Letter, sender: Address, recipient: Address, message_id: str) -> Iterator[WrittenHeader]:
    parent = _ids(letter.in_reply_to)
    thread = tuple(dict.fromkeys((*(one for known in letter.references for one in _ids(known)), *parent)))
    yield _mailbox("From", sender)
    yield _mailbox("To", recipient)
    yield WrittenHeader("Subject", *_encoded("Subject", reply_subject(letter.subject)))
    yield WrittenHeader("Date", format_datetime(letter.date))
    yield WrittenHeader("Message-ID", message_id)
    if parent:
        yield WrittenHeader("In-Reply-To", parent[0])
    if thread:
        yield WrittenHeader("References", *_bounded(thread))
    yield WrittenHeader("Auto-Submitted", "no")


def _mailbox(name: str, address: Address) -> WrittenHeader:
    """`name` with the mailbox `address`: a display name in quotes or in encoded words, never read as more."""
    display = address.display_name[:NAME_LIMIT]
    spec = f"<{address.addr_spec}>" if display else address.addr_spec
    if not display:
        return WrittenHeader(name, spec)
    if display.isascii() and ENCODED not in display:
        return WrittenHeader(name, str(Address(display_name=display)).removesuffix("<>").strip(), spec)
    return WrittenHeader(name, *_encoded(name, display), spec)


def _encoded(name: str, text: str) -> list[str]:
    """The lines of `text` in the header `name`; as encoded words unless it is plain ASCII."""
    plain = text.isascii() and ENCODED not in text
    folded = Header(text, "us-ascii" if plain else "utf-8", header_name=name).encode(linesep="\n")
    return [line.strip() for line in folded.split("\n")]


def reply_subject(subject: str | None) -> str:
    """The subject of the answer to a mail with this subject: one line, one `Re:`."""
    line = _one_line(subject or "")[:SUBJECT_LIMIT]
    return line if _ANSWERED.match(line) else f"Re: {line}".strip()


def _address(text: str, name: str | None = None) -> Address:
    pairs = getaddresses([_one_line(text)])
    display, spec = pairs[0] if len(pairs) == 1 else ("", "")
    if not _ADDRESS.fullmatch(spec) or len(spec) > ADDRESS_LIMIT or ENCODED in spec:
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
    found = _ID.findall(text or "")
    return tuple(one for one in found if one.isascii() and one.isprintable() and ENCODED not in one)


def _bounded(thread: tuple[str, ...]) -> tuple[str, ...]:
    return thread if len(thread) <= REFERENCE_LIMIT else (thread[0], *thread[1 - REFERENCE_LIMIT :])


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
