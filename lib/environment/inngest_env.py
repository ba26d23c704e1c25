"""Names of Inngest environments: which name a deployment uses, and whether it means production."""

import unicodedata
from typing import Final
from urllib.parse import unquote

PRODUCTION: Final = "production"
ROUNDS: Final = 32
"""A name that still changes after so many rounds of decoding hides something, and counts as production."""
INVISIBLE: Final = frozenset({"Cc", "Cf", "Zl", "Zp", "Zs"})


def names_production(name: str) -> bool:
    """Whether `name` is `production` however it is written: trim, case, Unicode form, percent-encoding."""
    current = name
    for _ in range(ROUNDS):
        following = _normalised(current)
        if following == current:
            return current == PRODUCTION
        current = following
    return True


def is_printable(name: str) -> bool:
    """Whether `name` can go into a header as it is: printable ASCII."""
    return name.isascii() and name.isprintable()


def _normalised(name: str) -> str:
    decoded = unicodedata.normalize("NFKC", unquote(name)).casefold()
    return "".join(c for c in decoded if unicodedata.category(c) not in INVISIBLE)
