"""The form of a reply: greeting, paragraphs, closing."""

import unicodedata
from typing import Final

from lib.drafts.composer import Move
from lib.drafts.language import Language
from lib.drafts.template_texts import TEXTS

TITLES: Final = frozenset(
    {"dr", "prof", "mr", "mrs", "ms", "miss", "sir", "herr", "frau", "m", "mme", "mlle", "sr", "sra"}
)


def letter(language: Language, name: str | None, *paragraphs: str) -> str:
    """The paragraphs with a greeting to `name` (the lead's, as stored) and a closing."""
    texts = TEXTS[language]
    called = called_name(name)
    greeting = texts.greeting.format(name=called) if called else texts.greeting_unnamed
    return "\n\n".join((greeting, *paragraphs, texts.closing))


def safe_reply(language: Language, name: str | None) -> str:
    """A reply that holds every invariant whatever was asked: no time, date or link, no sales talk."""
    return letter(language, name, TEXTS[language].moves[Move.ACKNOWLEDGE])


def called_name(name: str | None) -> str | None:
    """What to call somebody whose display name is `name`: the first name; None when it is no such thing."""
    if not name:
        return None
    given = name.split(",", 1)[1] if name.count(",") == 1 else name
    words = given.split()
    if not words or not all(_is_latin(character) or character in "-'\u2019." for character in words[0]):
        return None
    bare = words[0].strip("-'\u2019.")
    return words[0] if len(bare) > 1 and bare.lower() not in TITLES else None


def _is_latin(character: str) -> bool:
    """Elsewhere the first word of a name may well be the family's."""
    return unicodedata.name(character, "").startswith("LATIN")
