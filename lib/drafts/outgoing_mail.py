"""A mail on its way out: from a draft's facts to the bytes that a server takes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime, getaddresses
from typing import Final
from uuid import UUID

import idna

from lib.drafts.mail_text import clean_text, html_text, plain_text
from lib.drafts.quotation import Quotation
from lib.drafts.unsubscribing import unsubscribe_target
from lib.drafts.written_header import WrittenHeader
from lib.errors import SendRefused

_DRAFT_ID: Final = re.compile(r"<draft\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@")

ENCODING: Final = "quoted-printable"
"""Any text in lines of ASCII that no server has to touch, and that a person can still read."""
REFERENCE_LIMIT: Final = 20
"""How many ids `References` carries: the thread's first and its latest."""
SUBJECT_LIMIT: Final = 400
NAME_LIMIT: Final = 200
ADDRESS_LIMIT: Final = 254
"""RFC 5321, §4.5.3.1.3."""
ENCODED: Final = "=?"
"""How an encoded word begins (RFC 2047): somebody else may read it as other text, line breaks included."""

_ID: Final = re.compile(r"<[^<>\s]{1,400}>")
_ANSWERED: Final = re.compile(
    r"(?:re|aw|sv|vs|antw|rép|resp|odp|回复|答复|回覆|返信)\s*(?:\[\d{1,3}\])?\s*[:\uff1a]", re.IGNORECASE
)
"""How mail programs begin the subject of an answer."""
_ADDRESS: Final = re.compile(r"[^\s<>@,;:\"()\[\]\\]+@[^\s<>@,;:\"()\[\]\\]+")


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
    quotation: Quotation | None = None
    """What is quoted of the mail that is answered; None: nothing."""
    automatic: bool = False
    """Whether it goes out without a person."""
    unsubscribable: bool = False
    """Whether it says how to stop such mail."""


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
        _write_text(message, letter)
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
    yield WrittenHeader("Auto-Submitted", "auto-replied" if letter.automatic else "no")
    if letter.unsubscribable:
        yield WrittenHeader("List-Unsubscribe", unsubscribe_target(sender.addr_spec))


def _write_text(message: EmailMessage, letter: Letter) -> None:
    """The plain text, and the same in HTML; lines as long as mail carries them, whatever the text's are.

    The boundary begins with what no quoted-printable line holds (RFC 2045, §6.7), and is the same each time.
    """
    body = clean_text(letter.body)
    plain, formatted = plain_text(body, letter.quotation), html_text(body, letter.quotation)
    message.set_content(plain, charset="utf-8", cte=ENCODING)
    message.add_alternative(formatted, subtype="html", charset="utf-8", cte=ENCODING)
    message.set_boundary(f"=_everytick.{letter.draft_id}")


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
    """The domain as DNS has it. Raises ValueError (idna.IDNAError) for one that cannot be a name there.

    By IDNA 2008: the standard library's codec is of 2003, and takes `straße.example` to `strasse.example`,
    which is somebody else's.
    """
    return domain if domain.isascii() else idna.encode(domain, uts46=True).decode("ascii")


def _ids(text: str | None) -> tuple[str, ...]:
    found = _ID.findall(text or "")
    return tuple(one for one in found if one.isascii() and one.isprintable() and ENCODED not in one)


def _bounded(thread: tuple[str, ...]) -> tuple[str, ...]:
    return thread if len(thread) <= REFERENCE_LIMIT else (thread[0], *thread[1 - REFERENCE_LIMIT :])


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
