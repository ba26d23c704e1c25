"""Mails as mail programs write them: in several charsets, encodings and shapes, the same bytes each time."""

import base64
import html
import quopri
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.header import Header
from email.utils import format_datetime

BOUNDARY = "=_bench_{}_="


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A mail before it is written down."""

    sender: str
    """Its From, name and address."""
    to: str
    subject: str
    sent_at: datetime
    message_id: str | None
    """None for a mail that carries none."""
    text: str
    references: tuple[str, ...] = ()
    """What it answers, oldest first."""
    head: Mapping[str, str] = field(default_factory=dict)
    """Further headers."""


def head_of(letter: Letter, **content: str) -> str:
    """The headers; a subject beyond ASCII as an encoded word."""
    subject = letter.subject if letter.subject.isascii() else Header(letter.subject, "utf-8").encode()
    lines = {
        "From": letter.sender if letter.sender.isascii() else _encoded(letter.sender),
        "To": letter.to,
        "Subject": subject,
        "Date": format_datetime(letter.sent_at),
        **({"Message-ID": letter.message_id} if letter.message_id else {}),
        **({"In-Reply-To": letter.references[-1]} if letter.references else {}),
        **({"References": "\r\n ".join(letter.references)} if letter.references else {}),
        **letter.head,
        "MIME-Version": "1.0",
        **content,
    }
    return "".join(f"{name}: {value}\r\n" for name, value in lines.items()) + "\r\n"


def plain(letter: Letter, *, charset: str = "utf-8", encoding: str = "8bit") -> bytes:
    """One text part."""
    content = {"Content-Type": f"text/plain; charset={charset}", "Content-Transfer-Encoding": encoding}
    return head_of(letter, **content).encode() + _body(letter.text, charset, encoding)


def html_only(letter: Letter) -> bytes:
    """What a mail program writes for which there is nothing but HTML."""
    return (
        head_of(letter, **{"Content-Type": "text/html; charset=utf-8"}).encode() + _html(letter.text).encode()
    )


def alternative(letter: Letter) -> bytes:
    """The text twice, plain and as HTML."""
    return _multipart(
        letter,
        "alternative",
        _part(
            "text/plain; charset=utf-8", _body(letter.text, "utf-8", "quoted-printable"), "quoted-printable"
        ),
        _part("text/html; charset=utf-8", _html(letter.text).encode()),
    )


def with_attachment(letter: Letter, *, name: str = "plan.pdf", size: int = 20_000) -> bytes:
    """The text, if any, and a file."""
    content = base64.encodebytes(bytes(index * 7 % 256 for index in range(size)))
    file = _part(f'application/pdf; name="{name}"', content, "base64", f'attachment; filename="{name}"')
    text = [_part("text/plain; charset=utf-8", letter.text.encode())] if letter.text else []
    return _multipart(letter, "mixed", *text, file)


def with_calendar(letter: Letter, method: str) -> bytes:
    """A calendar's mail."""
    event = f"BEGIN:VCALENDAR\r\nMETHOD:{method}\r\nEND:VCALENDAR\r\n".encode()
    return _multipart(
        letter,
        "alternative",
        _part("text/plain; charset=utf-8", letter.text.encode()),
        _part(f"text/calendar; charset=utf-8; method={method}", event),
    )


def report(letter: Letter, kind: str, fields: str, returned: str) -> bytes:
    """A report on the mail with the headers `returned` (RFC 6522)."""
    return _multipart(
        letter,
        f"report; report-type={kind}",
        _part("text/plain; charset=us-ascii", letter.text.encode()),
        _part(f"message/{kind}", fields.encode()),
        _part("message/rfc822", returned.encode()),
    )


def _multipart(letter: Letter, kind: str, *parts: bytes) -> bytes:
    boundary = BOUNDARY.format(len(parts))
    head = head_of(letter, **{"Content-Type": f'multipart/{kind}; boundary="{boundary}"'})
    inner = b"".join(f"--{boundary}\r\n".encode() + part + b"\r\n" for part in parts)
    return head.encode() + inner + f"--{boundary}--\r\n".encode()


def _part(kind: str, content: bytes, encoding: str = "8bit", disposition: str | None = None) -> bytes:
    lines = [f"Content-Type: {kind}", f"Content-Transfer-Encoding: {encoding}"]
    lines += [f"Content-Disposition: {disposition}"] if disposition else []
    return "\r\n".join([*lines, "", ""]).encode() + content


def _body(text: str, charset: str, encoding: str) -> bytes:
    octets = text.replace("\n", "\r\n").encode(charset, "replace")
    match encoding:
        case "base64":
            return base64.encodebytes(octets)
        case "quoted-printable":
            return quopri.encodestring(octets)
        case _:
            return octets


def _html(text: str) -> str:
    lines = html.escape(text).replace("\n\n", "</p><p>").replace("\n", "<br>")
    return f"<html><head><style>p {{margin: 0}}</style></head><body><p>{lines}</p></body></html>"


def _encoded(mailbox: str) -> str:
    name, _, address = mailbox.rpartition(" ")
    return f"{Header(name, 'utf-8').encode()} {address}"
