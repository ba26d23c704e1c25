"""How memory is written: one line in one spelling, without a way to reach anybody.

What reads alike is stored alike, so that it is found again; and what comes from a mail can neither break out
of its line nor hide something from the redaction.
"""

import unicodedata

from lib.inbox.storable_text import storable
from lib.memory.redaction import EMAIL, PHONE, redacted


def as_category(said: str) -> str:
    """A category as it is stored and compared: case and spacing make no other."""
    return redacted(_one_line(said).casefold())


def as_content(said: str) -> str:
    """A content as it is stored and compared: redacted."""
    return redacted(_one_line(said))


def says_something(content: str) -> bool:
    """Whether `content` is more than what redaction left behind."""
    rest = content.replace(EMAIL, "").replace(PHONE, "").replace("[redacted]", "")
    return any(character.isalnum() for character in rest)


def _one_line(said: str) -> str:
    compatible = unicodedata.normalize("NFKC", storable(said))
    seen = "".join(character for character in compatible if unicodedata.category(character) != "Cf")
    return " ".join(seen.split())
