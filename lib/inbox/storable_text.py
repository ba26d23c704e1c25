"""Text that PostgreSQL takes and a terminal survives."""

import re
from typing import Final

LINE_ENDS: Final = re.compile("\r\n|[\r\x85\u2028\u2029]")
CONTROLS: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
"""Both sets of control characters: a terminal acts on either."""
SURROGATES: Final = re.compile(r"[\ud800-\udfff]")
DIRECTIONS: Final = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""What turns the direction of writing: a file that ends in `.exe` could read as one that ends in `.pdf`."""


def storable(text: str) -> str:
    """`text` with line ends as newlines, without control characters, lone surrogates replaced."""
    text = LINE_ENDS.sub("\n", text)
    return SURROGATES.sub("\N{REPLACEMENT CHARACTER}", CONTROLS.sub("", text))


def storable_line(text: str, limit: int) -> str | None:
    """`text` as one line of at most `limit` characters, read in one direction; None when nothing is left."""
    return " ".join(DIRECTIONS.sub("", storable(text)).split())[:limit].strip() or None
