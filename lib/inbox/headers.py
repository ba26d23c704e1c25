"""A mail's headers as text: bounded, decoded, and never a crash."""

import re
from email.errors import MessageError
from email.policy import default
from email.utils import getaddresses
from typing import Final

from lib.inbox.mail import MailAddress
from lib.inbox.storable_text import storable, storable_line
from lib.inbox.structure import MailTree

VALUE_LIMIT: Final = 8_192
"""Characters of one value that are read: the standard library's header parser is quadratic."""
NAME_LIMIT: Final = 200
ADDRESS_LIMIT: Final = 254
"""RFC 5321, §4.5.3.1.3."""
RECIPIENT_LIMIT: Final = 100
ADDRESS: Final = re.compile(r"[^\s<>@,;:\"()\[\]\\]+@[^\s<>@,;:\"()\[\]\\]+")

HEADER_FAULTS: Final = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    MessageError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What the standard library's header parser was seen to raise on malformed values."""


def raw_values(message: MailTree, name: str, limit: int = VALUE_LIMIT) -> list[str]:
    """Every value of the header `name`, unfolded, its 8-bit bytes read as UTF-8 or else Windows-1252."""
    name = name.lower()
    return [
        _eight_bit(str(value)[:limit]).replace("\r", "").replace("\n", "")
        for key, value in message.raw_items()
        if key.lower() == name
    ]


def first_value(message: MailTree, name: str) -> str:
    """The first value of the header `name`, not decoded; "" when there is none."""
    return next(iter(raw_values(message, name)), "").strip()


def header_text(message: MailTree, name: str, limit: int) -> str | None:
    """The first value of the header `name` with its encoded words read; None when blank or missing."""
    value = first_value(message, name)
    parsed = _parsed("subject", value)
    return storable_line(value if parsed is None else str(parsed), limit)


def header_addresses(message: MailTree, name: str) -> tuple[MailAddress, ...]:
    """The mailboxes that the headers `name` hold; what is not an address is left out.

    Of a header that is repeated as much is read as of a single one: a mail can hold 100,000 of them.
    """
    found: list[MailAddress] = []
    left = VALUE_LIMIT
    for value in raw_values(message, name):
        if left <= 0 or len(found) >= RECIPIENT_LIMIT:
            break
        found += _mailboxes(value[:left])
        left -= len(value) + 1
    return tuple(found[:RECIPIENT_LIMIT])


def _mailboxes(value: str) -> list[MailAddress]:
    """What the first of three readers, from the strictest to the laxest, makes of `value`."""
    return next(filter(None, (_valid(reader(value)) for reader in (_strict, _lax, _scan))), [])


def _valid(pairs: list[tuple[str, str]]) -> list[MailAddress]:
    cleaned = ((name, storable(address).strip().lower()) for name, address in pairs)
    return [
        MailAddress(address=address, name=storable_line(name, NAME_LIMIT))
        for name, address in cleaned
        if ADDRESS.fullmatch(address) and len(address) <= ADDRESS_LIMIT
    ]


def _strict(value: str) -> list[tuple[str, str]]:
    mailboxes = getattr(_parsed("to", value), "addresses", ())
    return [(str(mailbox.display_name), str(mailbox.addr_spec)) for mailbox in mailboxes]


def _lax(value: str) -> list[tuple[str, str]]:
    try:
        return getaddresses([value])
    except HEADER_FAULTS:
        return []


def _scan(value: str) -> list[tuple[str, str]]:
    return [("", match.group()) for match in ADDRESS.finditer(value)]


def _parsed(kind: str, value: str) -> object | None:
    """What the standard library makes of `value` as a header `kind`; None when it fails on it."""
    try:
        parsed: object = default.header_factory(kind, value)
    except HEADER_FAULTS:
        return None
    return parsed


def _eight_bit(value: str) -> str:
    if value.isascii():
        return value
    octets = value.encode("utf-8", "surrogateescape")
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return octets.decode("windows-1252", "replace")
