"""What is repeated of the mail that is answered: who wrote it when, and their words, bounded.

Only their own words: what they quoted themselves is in the thread already.
"""

import textwrap
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from lib.drafts.language import Language, language_of

LINES: Final = 60
CHARACTERS: Final = 4_000
WIDTH: Final = 76
"""At which quoted lines of plain text are wrapped, so that each keeps its mark in any mail reader."""
NAME_LIMIT: Final = 100
LEFT_OUT: Final = "[…]"
"""In the place of what is too much."""

ATTRIBUTIONS: Final = {
    Language.ENGLISH: "On {date} at {time} UTC, {name} wrote:",
    Language.GERMAN: "Am {date} um {time} UTC schrieb {name}:",
    Language.FRENCH: "Le {date} à {time} UTC, {name} a écrit :",
    Language.SPANISH: "El {date} a las {time} UTC, {name} escribió:",
}
"""In forms that mail programs fold away, and that lib/inbox/quotation.py knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotation:
    """A mail that is quoted in its answer."""

    author: str
    """Their name, else their address."""
    written_at: datetime
    text: str


def attribution(quotation: Quotation, answer: str) -> str:
    """The line above the quoted words, in the language of `answer`."""
    at = quotation.written_at.astimezone(UTC)
    name = " ".join("".join(c if c.isprintable() else " " for c in quotation.author).split())
    return ATTRIBUTIONS[language_of(answer)].format(
        date=f"{at:%Y-%m-%d}", time=f"{at:%H:%M}", name=name[:NAME_LIMIT]
    )


def quoted_lines(quotation: Quotation) -> list[str]:
    """The words that are repeated; a last line says when some are left out."""
    text = quotation.text.strip()
    lines = text[:CHARACTERS].splitlines()
    whole = len(text) <= CHARACTERS and len(lines) <= LINES
    return lines if whole else [*lines[:LINES], LEFT_OUT]


def marked_lines(quotation: Quotation) -> list[str]:
    """The same for plain text: none long, each with its mark."""
    wrapped = (
        part
        for line in quoted_lines(quotation)
        for part in textwrap.wrap(line, WIDTH, break_long_words=False, break_on_hyphens=False) or [""]
    )
    return [f">{'' if part.startswith('>') or not part else ' '}{part}" for part in wrapped]
