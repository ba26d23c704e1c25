"""The one plain form in which texts are compared."""

import re
import unicodedata
from typing import Final

DASHES: Final = str.maketrans(
    dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-")
    | dict.fromkeys("\u2018\u2019\u02bc", "'")
)


def plain(text: str) -> str:
    """`text` with one kind of space, dash and apostrophe, without invisible characters or blank lines.

    Runs of white space shrink to one, so that no pattern can be made to search a long one again and again.
    """
    visible = text if text.isascii() else _visible(text)
    return re.sub(r"\s*\n\s*", "\n", re.sub(r"[^\S\n]+", " ", visible))


def _visible(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).translate(DASHES)
    return "".join(character for character in folded if unicodedata.category(character) != "Cf")


def is_blank(text: str) -> bool:
    """Whether nothing of `text` can be seen."""
    return not plain(text).strip()


def contains_phrase(text: str, phrase: str) -> bool:
    """Whether `text` holds the whole of `phrase`; case and runs of white space do not matter."""
    wanted = _one_line(phrase)
    if not wanted:
        return False
    return re.search(rf"(?<!\w){re.escape(wanted)}(?!\w|:\d)", _one_line(text)) is not None


def _one_line(text: str) -> str:
    return " ".join(plain(text).casefold().split())
