"""The mails of an mbox, one after another, from any stream of bytes.

The standard library's `mailbox` wants a file that it can seek in and takes every line that begins with
`From ` for a new mail; this reads a pipe as well, and asks that such a line follows a blank one and carries
a time and a year, as those do that mail programs write (RFC 4155).
"""

import re
from collections.abc import Iterator
from typing import Final, Protocol

LINE_LIMIT: Final = 65_536
"""Bytes that are read at once; a longer line comes in pieces."""
SEPARATOR: Final = re.compile(rb"From \S.{0,200}\d{1,2}:\d{2}.{0,60}\d{4}")
ESCAPED: Final = re.compile(rb">+From ")


class Lines(Protocol):
    """What an mbox is read from."""

    def readline(self, size: int, /) -> bytes:
        """At most `size` bytes of the next line; none at the end."""
        ...


def looks_like_mbox(start: bytes) -> bool:
    """Whether bytes that begin like `start` are an mbox."""
    return start.startswith(b"From ")


def mails_of(stream: Lines, *, size_limit: int) -> Iterator[tuple[bytes, int]]:
    """Each mail in `stream` with its size in bytes, without its separator and with `>From ` restored.

    Of a mail over `size_limit` bytes only about so much is given, so that memory stays flat. Raises OSError
    when the stream breaks.
    """
    mail = bytearray()
    size = 0
    begun = False
    after_blank = True
    at_line_start = True
    while line := stream.readline(LINE_LIMIT):
        if at_line_start and after_blank and _separates(line, first=not begun):
            if begun:
                yield _whole(mail), size
            mail.clear()
            size = 0
            begun = True
        else:
            size += len(line)
            if len(mail) <= size_limit:
                mail += line[1:] if at_line_start and ESCAPED.match(line) else line
        after_blank = at_line_start and not line.strip(b"\r\n")
        at_line_start = line.endswith(b"\n")
    if begun or mail.strip():
        yield _whole(mail), size


def _separates(line: bytes, *, first: bool) -> bool:
    return line.startswith(b"From ") if first else SEPARATOR.match(line) is not None


def _whole(mail: bytearray) -> bytes:
    """The mail without the blank line that the next separator needed."""
    if mail.endswith(b"\r\n\r\n"):
        return bytes(mail[:-2])
    return bytes(mail[:-1]) if mail.endswith(b"\n\n") else bytes(mail)
