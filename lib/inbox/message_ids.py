"""The ids by which mails name themselves and one another (RFC 5322, §3.6.4)."""

import hashlib
import re
from typing import Final

from lib.inbox.headers import first_value, raw_values
from lib.inbox.structure import HEADER_LIMIT, MailTree

ID_LIMIT: Final = 400
"""Characters; a longer one would not fit an index, and none that is real comes near."""
REFERENCE_LIMIT: Final = 50
BARE: Final = re.compile(rf"[^<>\s\x00-\x20\x7f-\uffff]{{1,{ID_LIMIT - len('<>')}}}")
IDENTIFIER: Final = re.compile(f"<{BARE.pattern}>")


def own_id(message: MailTree, raw: bytes) -> str:
    """The mail's Message-ID with its brackets, else `sha256:` and the hash of its bytes (design §4).

    The hash takes no account of line ends, so that copies from different mail stores are one mail.
    """
    value = first_value(message, "message-id")
    bracketed = IDENTIFIER.search(value)
    if bracketed:
        return bracketed.group()
    if BARE.fullmatch(value) and "@" in value:
        return f"<{value}>"
    normal = raw.replace(b"\r\n", b"\n").strip(b"\n")
    return f"sha256:{hashlib.sha256(normal).hexdigest()}"


def parent_id(message: MailTree) -> str | None:
    """The id that In-Reply-To names first; None when it names none."""
    found = IDENTIFIER.search(first_value(message, "in-reply-to"))
    return found.group() if found else None


def reference_ids(message: MailTree) -> tuple[str, ...]:
    """Every id that References and In-Reply-To name, oldest first, each once.

    Of an overlong list the first, which names the thread's root, and the latest are kept.
    """
    values = [
        *raw_values(message, "references", HEADER_LIMIT),
        *raw_values(message, "in-reply-to"),
    ]
    found = list(dict.fromkeys(match for value in values for match in IDENTIFIER.findall(value)))
    if len(found) > REFERENCE_LIMIT:
        found = [found[0], *found[1 - REFERENCE_LIMIT :]]
    return tuple(found)
