"""Text that PostgreSQL takes and a terminal survives."""

import re
from typing import Final

CONTROLS: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
SURROGATES: Final = re.compile(r"[\ud800-\udfff]")


def storable(text: str) -> str:
    """`text` with line ends as newlines, without control characters, lone surrogates replaced."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return SURROGATES.sub("\N{REPLACEMENT CHARACTER}", CONTROLS.sub("", text))


def storable_line(text: str, limit: int) -> str | None:
    """`text` as one line of at most `limit` characters; None when nothing is left."""
    return " ".join(storable(text).split())[:limit].strip() or None
