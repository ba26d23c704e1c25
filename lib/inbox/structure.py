"""From bytes to the tree of a mail's parts, with bounds that hold against a hostile mail."""

import codecs
from collections.abc import Sequence
from email import message_from_bytes
from email.message import Message
from email.policy import Compat32
from typing import Any, Final

from lib.errors import MailTooLarge, MailUnreadable

MIB: Final = 1024 * 1024
SIZE_LIMIT: Final = 25 * MIB
"""Bytes of one mail: what the large providers accept, so nothing that could be sent to a team is refused."""
LINE_LIMIT: Final = 1_000_000
"""Three times the lines of a mail of 25 MiB in base64; the parser's time goes by lines."""
DEPTH_LIMIT: Final = 20
PART_LIMIT: Final = 1_000

HEADER_LIMIT: Final = 16_384
"""Characters of one header's value that are kept: what reads parameters takes quadratic time."""

MailTree = Message


class BoundedHeaders(Compat32):
    """Raw headers, as they came, of bounded length."""

    def header_source_parse(self, sourcelines: Sequence[str]) -> tuple[str, str]:
        """The name and the value of the header in `sourcelines`."""
        name, value = super().header_source_parse(list(sourcelines))
        return name, value[:HEADER_LIMIT]


_HEADERS: Final = BoundedHeaders()


class BoundedPart(Message):
    """A part that knows how deep it lies and refuses to carry a MIME bomb.

    The parser attaches each part to its parent before it reads on, so the bounds end the parsing itself.
    """

    def __init__(self, policy: Any = _HEADERS) -> None:  # noqa: ANN401 - as the base class
        super().__init__(policy)
        self.depth = 0
        self.counter = [1]

    def attach(self, payload: Message) -> None:  # type: ignore[override]  # only parts are attached
        """Add a part. Raises MailUnreadable beyond the bounds."""
        if isinstance(payload, BoundedPart):
            payload.depth = self.depth + 1
            payload.counter = self.counter
            self.counter[0] += 1
            if payload.depth > DEPTH_LIMIT or self.counter[0] > PART_LIMIT:
                raise MailUnreadable(
                    f"The mail is nested deeper than {DEPTH_LIMIT} levels or has more than {PART_LIMIT} "
                    "parts: ask the sender for a simpler one."
                )
        super().attach(payload)


def mail_tree(raw: bytes) -> MailTree:
    """The parts of the mail in `raw`. Raises MailTooLarge; MailUnreadable beyond the bounds or when empty."""
    require_size(len(raw))
    if not raw.strip():
        raise MailUnreadable("The file is empty: there is no mail in it.")
    if raw.count(b"\n") + raw.count(b"\r") > 2 * LINE_LIMIT:
        raise MailTooLarge(f"The mail has more than {LINE_LIMIT:,} lines, which no real mail has.")
    return message_from_bytes(
        raw.removeprefix(codecs.BOM_UTF8).lstrip(b"\r\n"), _class=BoundedPart, policy=_HEADERS
    )


def require_size(size: int) -> None:
    """Raise MailTooLarge for a mail of `size` bytes that is over the limit.

    Of a mail from a pipe no more is read than shows that it is too large: its real size is not known.
    """
    if size > SIZE_LIMIT:
        limit = SIZE_LIMIT // MIB
        known = round(size / MIB, 1)
        raise MailTooLarge(
            f"The mail has {f'{known} MiB' if known > limit else f'more than {limit} MiB'} and Everytick "
            f"takes at most {limit} MiB: remove an attachment and import it again."
        )
