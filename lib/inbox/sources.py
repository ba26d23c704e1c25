"""The mails in a list of mail files, one at a time, so that memory stays flat."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, Final

from lib.inbox.mail_files import STANDARD_INPUT, MailFile, Shape, SourceProblem
from lib.inbox.mbox import looks_like_mbox, mails_of
from lib.inbox.structure import SIZE_LIMIT

READ_LIMIT: Final = SIZE_LIMIT + 1
"""One byte more than a mail may have, so that its being too large shows."""
PEEK: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class RawMail:
    """One mail as it lies in its source."""

    label: str
    """Where it is: the path, `path#3` for the third mail of an mbox, `-` for standard input."""
    raw: bytes = field(repr=False)
    """At most READ_LIMIT bytes, of an mbox a little more; a larger mail is cut there."""
    size_bytes: int
    """Its real size where the source tells it, else that of `raw`."""
    replayable: bool
    """Whether it can be read again later: not so for standard input."""


def mails_in(files: list[MailFile], standard_input: BinaryIO) -> Iterator[RawMail | SourceProblem]:
    """Each mail of `files`; what cannot be read is a SourceProblem in its place. Never raises OSError."""
    for file in files:
        try:
            if file.path == STANDARD_INPUT:
                yield from _mails(file, _Peeked(standard_input))
            else:
                with open(file.path, "rb") as stream:  # noqa: PTH123 - the path is text as the command named it
                    yield from _mails(file, _Peeked(stream))
        except OSError as error:
            yield SourceProblem(
                label=file.path,
                code="path_unreadable",
                message=f"It cannot be read ({error.strerror or error}): check its permissions.",
            )


class _Peeked:
    """A stream of which the first bytes were looked at; enough of one for reading mail."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.start = stream.read(PEEK) or b""
        self._unread = self.start

    def read(self, size: int) -> bytes:
        unread, self._unread = self._unread, b""
        return unread + (self._stream.read(size - len(unread)) or b"")

    def readline(self, size: int) -> bytes:
        unread, self._unread = self._unread, b""
        if b"\n" in unread:
            line, newline, self._unread = unread.partition(b"\n")
            return line + newline
        return unread + self._stream.readline(size - len(unread))


def _mails(file: MailFile, stream: _Peeked) -> Iterator[RawMail | SourceProblem]:
    replayable = file.path != STANDARD_INPUT
    if file.shape is Shape.MBOX or (file.shape is Shape.EITHER and looks_like_mbox(stream.start)):
        for number, (raw, size) in enumerate(mails_of(stream, size_limit=SIZE_LIMIT), start=1):
            yield RawMail(label=f"{file.path}#{number}", raw=raw, size_bytes=size, replayable=replayable)
        if not stream.start:
            yield SourceProblem(label=file.path, code="no_mail", message="The mbox is empty.")
        return
    raw = stream.read(READ_LIMIT)
    yield RawMail(
        label=file.path,
        raw=raw,
        size_bytes=max(len(raw), file.size_bytes or 0),
        replayable=replayable,
    )
