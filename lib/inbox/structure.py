"""From bytes to the tree of a mail's parts, with bounds that hold against a hostile mail."""

import codecs
from collections.abc import Sequence
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from email.policy import Compat32
from typing import Any, Final

from lib.errors import MailTooComplex, MailTooLarge, MailUnreadable

MIB: Final = 1024 * 1024
SIZE_LIMIT: Final = 25 * MIB
"""Bytes of one mail: what the large providers accept, so nothing that could be sent to a team is refused."""
LINE_LIMIT: Final = 1_000_000
"""Three times the lines of a mail of 25 MiB in base64; the parser's time goes by lines."""
DEPTH_LIMIT: Final = 20
PART_LIMIT: Final = 1_000
HEADER_COUNT_LIMIT: Final = 10_000
"""Headers of a mail and all its parts together."""

HEADER_LIMIT: Final = 16_384
"""Characters of one header's value that are kept."""
PARAMETERS_LENGTH: Final = 2_000
PARAMETER_LIMIT: Final = 50
"""How much is kept of a header with parameters: reading them takes quadratic time, in every part anew."""
WITH_PARAMETERS: Final = frozenset({"content-type", "content-disposition"})

MailTree = Message


class BoundedHeaders(Compat32):
    """Raw headers, as they came, of bounded length."""

    def header_source_parse(self, sourcelines: Sequence[str]) -> tuple[str, str]:
        """The name and the value of the header in `sourcelines`."""
        name, value = super().header_source_parse(list(sourcelines))
        if name.lower() in WITH_PARAMETERS:
            return name, ";".join(value[:PARAMETERS_LENGTH].split(";", PARAMETER_LIMIT)[:PARAMETER_LIMIT])
        return name, value[:HEADER_LIMIT]


_HEADERS: Final = BoundedHeaders()


@dataclass(slots=True)
class Counts:
    """What a mail was found to hold so far."""

    parts: int = 1
    headers: int = 0


class BoundedPart(Message):
    """A part that knows how deep it lies and refuses to carry a MIME bomb.

    The parser attaches each part to its parent before it reads on, so the bounds end the parsing itself.
    """

    def __init__(self, policy: Any = _HEADERS) -> None:  # noqa: ANN401 - as the base class
        super().__init__(policy)
        self.depth = 0
        self.whole = Counts()
        """Of the whole mail: every part has the same."""

    def attach(self, payload: Message) -> None:  # type: ignore[override]  # only parts are attached
        """Add a part. Raises MailTooComplex beyond the bounds."""
        if isinstance(payload, BoundedPart):
            payload.depth = self.depth + 1
            payload.whole = self.whole
            self.whole.parts += 1
            if payload.depth > DEPTH_LIMIT or self.whole.parts > PART_LIMIT:
                raise MailTooComplex(
                    f"The mail is nested deeper than {DEPTH_LIMIT} levels or has more than {PART_LIMIT} "
                    "parts: ask the sender for a simpler one."
                )
        super().attach(payload)

    def set_raw(self, name: str, value: str) -> None:
        """Add a header as it was parsed. Raises MailTooComplex beyond the bounds."""
        self.whole.headers += 1
        if self.whole.headers > HEADER_COUNT_LIMIT:
            raise MailTooComplex(
                f"The mail has more than {HEADER_COUNT_LIMIT:,} headers: ask the sender for a simpler one."
            )
        super().set_raw(name, value)


def mail_tree(raw: bytes) -> MailTree:
    """The parts of the mail in `raw`. Raises MailTooLarge and MailTooComplex; MailUnreadable when empty."""
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
