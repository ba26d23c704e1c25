"""From the bytes of a mail to a ParsedMail: every mail ends parsed or named, whatever it holds."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from lib.errors import MailError, MailUnreadable
from lib.inbox.automation import machine_sign
from lib.inbox.body import read_body
from lib.inbox.headers import HEADER_FAULTS, first_value, header_addresses, header_text
from lib.inbox.mail import MailAddress, ParsedMail
from lib.inbox.message_ids import own_id, parent_id, reference_ids
from lib.inbox.quotation import split_quotation
from lib.inbox.structure import MailTree, mail_tree

SUBJECT_LIMIT: Final = 500
EARLIEST: Final = datetime(1980, 1, 1, tzinfo=UTC)
"""No mail is older; an earlier date is a clock that was never set."""
FUTURE: Final = timedelta(days=1)
"""How far ahead of the receipt a sender's clock may be."""


def parse_mail(raw: bytes, *, received_at: datetime) -> ParsedMail:
    """The mail in `raw`, received at `received_at` (timezone-aware).

    Raises MailTooLarge, or MailUnreadable for what is not a mail; nothing else.
    """
    if received_at.tzinfo is None:
        raise ValueError("a naive datetime has no place here")
    try:
        return _parsed(raw, received_at.astimezone(UTC))
    except MailError:
        raise
    except (*HEADER_FAULTS, MemoryError) as error:
        raise MailUnreadable(
            f"The mail is malformed in a way that cannot be read ({type(error).__name__}): "
            "ask the sender to send it again."
        ) from error


def _parsed(raw: bytes, received_at: datetime) -> ParsedMail:
    message = mail_tree(raw)
    sender = _sender(message)
    body = read_body(message)
    text, quoted = split_quotation(body.text)
    return ParsedMail(
        sender=sender,
        recipients=(*header_addresses(message, "to"), *header_addresses(message, "cc")),
        reply_to=_reply_to(message, sender),
        subject=header_text(message, "subject", SUBJECT_LIMIT),
        sent_at=_sent_at(message, received_at),
        rfc_message_id=own_id(message, raw),
        in_reply_to=parent_id(message),
        reference_ids=reference_ids(message),
        text=text,
        quoted=quoted,
        machine=machine_sign(message, sender.address, text),
        attachments=body.attachments,
        raw=raw,
    )


def _sender(message: MailTree) -> MailAddress:
    addresses = header_addresses(message, "from")
    if addresses:
        return addresses[0]
    if not message.keys():
        raise MailUnreadable("This is not a mail: it has no headers.")
    if "from" in message:
        raise MailUnreadable("This is not a mail that can be answered: its From header holds no address.")
    raise MailUnreadable


def _reply_to(message: MailTree, sender: MailAddress) -> MailAddress | None:
    wanted = next(iter(header_addresses(message, "reply-to")), None)
    return None if wanted is None or wanted.address == sender.address else wanted


def _sent_at(message: MailTree, received_at: datetime) -> datetime:
    try:
        said = parsedate_to_datetime(first_value(message, "date"))
        said = said.replace(tzinfo=UTC) if said.tzinfo is None else said.astimezone(UTC)
    except HEADER_FAULTS:
        return received_at
    return said if EARLIEST <= said <= received_at + FUTURE else received_at
