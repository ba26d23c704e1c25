"""A mail's own text among its parts, and the parts that are attachments."""

import binascii
from dataclasses import dataclass
from typing import Final

from lib.inbox.charsets import decoded
from lib.inbox.flowed import unflowed
from lib.inbox.headers import HEADER_FAULTS
from lib.inbox.html_text import text_of
from lib.inbox.mail import Attachment
from lib.inbox.storable_text import storable, storable_line
from lib.inbox.structure import MailTree

TEXT_LIMIT: Final = 200_000
"""Characters of text that are kept; the raw mail keeps all."""
OCTET_LIMIT: Final = 1_000_000
"""Bytes of one part that are read as text."""
CUT: Final = "\n[cut here: the mail goes on]"
ATTACHMENT_LIMIT: Final = 100
FILE_NAME_LIMIT: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class MailBody:
    """What a mail holds."""

    text: str
    """"" for a mail without text."""
    attachments: tuple[Attachment, ...]


def read_body(message: MailTree) -> MailBody:
    """The text and the attachments of `message`; an attached mail is an attachment, not its text."""
    attachments: list[Attachment] = []
    text = storable(_text(message, attachments))
    text = "\n".join(line.rstrip() for line in text.split("\n")).strip()
    if len(text) > TEXT_LIMIT:
        text = text[:TEXT_LIMIT] + CUT
    return MailBody(text=text, attachments=tuple(attachments[:ATTACHMENT_LIMIT]))


def _text(part: MailTree, attachments: list[Attachment]) -> str:
    children = part.get_payload()
    kind = _media_type(part)
    if isinstance(children, list):
        if kind.startswith("message/"):
            attachments.append(_attachment(part, kind))
            return ""
        if kind == "multipart/alternative":
            return _best([child for child in children if not isinstance(child, str)], attachments)
        texts = [_text(child, attachments) for child in children if not isinstance(child, str)]
        return "\n\n".join(text for text in texts if text.strip())
    if kind.startswith("multipart/"):  # says it has parts and has none
        return _plain(part)
    if kind not in ("text/plain", "text/html") or _is_attached(part):
        attachments.append(_attachment(part, kind))
        return ""
    return text_of(_plain(part)) if kind == "text/html" else _plain(part)


def _best(choices: list[MailTree], attachments: list[Attachment]) -> str:
    """The text of the plainest choice that has any (RFC 2046, §5.1.4: all say the same)."""
    plain_first = sorted(choices, key=lambda choice: _media_type(choice) != "text/plain")
    best = ""
    for choice in plain_first:
        if not best.strip() or _media_type(choice) not in ("text/plain", "text/html"):
            text = _text(choice, attachments)
            best = best if best.strip() else text
    return best


def _media_type(part: MailTree) -> str:
    try:
        return part.get_content_type()
    except HEADER_FAULTS:
        return "text/plain"


def _parameter(part: MailTree, name: str, header: str = "content-type") -> str:
    try:
        value = part.get_param(name, "", header)
    except HEADER_FAULTS:
        return ""
    return str(value[2] if isinstance(value, tuple) else value)


def _is_attached(part: MailTree) -> bool:
    try:
        return part.get_content_disposition() == "attachment" or bool(part.get_filename())
    except HEADER_FAULTS:
        return False


def _plain(part: MailTree) -> str:
    text = decoded(_octets(part, OCTET_LIMIT), _parameter(part, "charset")).replace("\r\n", "\n")
    if _parameter(part, "format").lower() == "flowed":
        return unflowed(text, delete_space=_parameter(part, "delsp").lower() == "yes")
    return text


def _octets(part: MailTree, limit: int | None = None) -> bytes:
    """The part's content, decoded; what is left of it where its encoding is broken."""
    try:
        content = part.get_payload(decode=True)
    except (*HEADER_FAULTS, binascii.Error):
        content = None
    if not isinstance(content, bytes):
        payload = part.get_payload()
        content = payload.encode("utf-8", "surrogateescape") if isinstance(payload, str) else b""
    if limit is None or len(content) <= limit:
        return content
    return content[:limit].rpartition(b"\n")[0] or content[:limit]


def _attachment(part: MailTree, kind: str) -> Attachment:
    try:
        name = part.get_filename()
    except HEADER_FAULTS:
        name = None
    return Attachment(
        name=storable_line(name, FILE_NAME_LIMIT) if name else None,
        media_type=storable_line(kind, FILE_NAME_LIMIT) or "application/octet-stream",
        size_bytes=_size(part),
    )


def _size(part: MailTree) -> int:
    payload = part.get_payload()
    if isinstance(payload, list):
        return sum(_size(child) for child in payload if not isinstance(child, str))
    return len(_octets(part))
