"""A mail's own text among its parts, and the parts that are attachments."""

import binascii
from dataclasses import dataclass
from typing import Final

from lib.inbox.charsets import decoded
from lib.inbox.flowed import unflowed
from lib.inbox.headers import HEADER_FAULTS
from lib.inbox.html_text import text_of
from lib.inbox.mail import Attachment
from lib.inbox.parts import children_of, media_type, parameter
from lib.inbox.storable_text import storable, storable_line
from lib.inbox.structure import MailTree

TEXT_LIMIT: Final = 200_000
"""Characters of text that are kept; the raw mail keeps all."""
OCTET_LIMIT: Final = 1_000_000
"""Bytes that are read as text, of all parts together: what comes after is noted and not read."""
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
    """The text and the attachments of `message`; an attached mail is an attachment, not its text.

    No attachment is opened: its size is that of the bytes that were sent.
    """
    reading = _Reading()
    text = storable(reading.text_of(message))
    text = "\n".join(line.rstrip() for line in text.split("\n")).strip()
    if len(text) > TEXT_LIMIT or reading.left_out:
        text = text[:TEXT_LIMIT] + CUT
    return MailBody(text=text, attachments=tuple(reading.attachments[:ATTACHMENT_LIMIT]))


class _Reading:
    """One pass through a mail's parts."""

    def __init__(self) -> None:
        self.attachments: list[Attachment] = []
        self.left_out = False
        """Whether a part's text was not read, for enough had been."""
        self._left = OCTET_LIMIT

    def text_of(self, part: MailTree) -> str:
        """The text of `part` and of the parts in it; what is attached goes to the attachments."""
        kind = media_type(part)
        if part.is_multipart():
            if kind.startswith("message/"):
                self.attachments.append(_attachment(part, kind))
                return ""
            if kind == "multipart/alternative":
                return self._best(children_of(part))
            texts = [self.text_of(child) for child in children_of(part)]
            return "\n\n".join(text for text in texts if text.strip())
        if kind.startswith("multipart/"):  # says it has parts and has none
            return self._plain(part)
        if kind not in ("text/plain", "text/html") or _is_attached(part):
            self.attachments.append(_attachment(part, kind))
            return ""
        return text_of(self._plain(part)) if kind == "text/html" else self._plain(part)

    def _best(self, choices: list[MailTree]) -> str:
        """The text of the plainest choice that has any (RFC 2046, §5.1.4: all say the same)."""
        plain_first = sorted(choices, key=lambda choice: media_type(choice) != "text/plain")
        best = ""
        for choice in plain_first:
            if not best.strip() or media_type(choice) not in ("text/plain", "text/html"):
                text = self.text_of(choice)
                best = best if best.strip() else text
        return best

    def _plain(self, part: MailTree) -> str:
        if self._left <= 0:
            self.left_out = True
            return ""
        octets = _octets(part, self._left)
        self._left -= len(octets)
        text = decoded(octets, parameter(part, "charset")).replace("\r\n", "\n")
        if parameter(part, "format").lower() == "flowed":
            return unflowed(text, delete_space=parameter(part, "delsp").lower() == "yes")
        return text


def _is_attached(part: MailTree) -> bool:
    try:
        return part.get_content_disposition() == "attachment" or bool(part.get_filename())
    except HEADER_FAULTS:
        return False


def _octets(part: MailTree, limit: int | None = None) -> bytes:
    """The content of the part, which holds no parts; what is left of it where its encoding is broken.

    Never the undecoded payload: the standard library would read that by whatever codec the label names.
    """
    try:
        content = part.get_payload(decode=True)
    except (*HEADER_FAULTS, binascii.Error):
        content = None
    if not isinstance(content, bytes):
        return b""
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
    if part.is_multipart():
        return sum(_size(child) for child in children_of(part))
    return len(_octets(part))
