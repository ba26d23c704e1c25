"""`empty_draft`: the draft is blank."""

import re
import unicodedata
from typing import Final

from lib.drafts.invariants.reading import readable
from lib.drafts.invariants.reply import Broken, InvariantCode, Reply
from lib.inbox.quotation import split_quotation

SIGNATURE: Final = re.compile(r"^--\s*$", re.MULTILINE)
"""The line above a signature (RFC 3676, 4.3)."""
_MARKS: Final = frozenset("*_`#>~")
"""What Markdown makes of a text, and nothing when there is no text."""
_HEAD: Final = "."
"""Stands for a line of the draft's own: `split_quotation` calls a text without any its author's."""


def empty_draft(reply: Reply) -> Broken | None:
    """Broken when a reader of the draft sees nothing that it says.

    White space and invisible characters are nothing, and so are HTML without visible text, marks of emphasis
    around nothing, a signature behind its delimiter and quoted lines.
    """
    if _says_something(reply.draft):
        return None
    return Broken(code=InvariantCode.EMPTY_DRAFT, message="The draft is blank.")


def _says_something(draft: str) -> bool:
    unsigned = SIGNATURE.split(readable(draft), maxsplit=1)[0]
    own, _ = split_quotation(f"{_HEAD}\n{unsigned}")
    return any(map(_is_seen, own.removeprefix(_HEAD)))


def _is_seen(character: str) -> bool:
    """Whether `character` is a letter, number, sign or punctuation, and no markup."""
    return unicodedata.category(character)[0] not in "MZC" and character not in _MARKS
