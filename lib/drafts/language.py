"""Which language a message is written in, as far as short replies go."""

import re
from enum import StrEnum
from typing import Final


class Language(StrEnum):
    """The languages that Everytick answers in."""

    ENGLISH = "en"
    GERMAN = "de"
    FRENCH = "fr"
    SPANISH = "es"


_COMMON: Final = {
    Language.ENGLISH: "the and you for is are that with this have would can your we will not it thanks "
    "hi hello"
    " please what when works me my to of do be",
    Language.GERMAN: "der die das und ich sie wir ist nicht ein eine mit für auf danke hallo bitte wann passt"
    " können könnten uns ihnen ihr ihre mir zu den dem auch vielen dank grüße gern gerne haben es noch "
    "guten tag",
    Language.FRENCH: "le la les et je vous nous est pas un une avec pour merci bonjour quand sur des du "
    "de votre"
    " vos mon ce cette êtes pouvez pourriez bien cordialement serait que qui il avez au bonsoir oui non",
    Language.SPANISH: "el la los las y yo usted nosotros es no un una con para gracias hola cuándo "
    "cuando por de del nos bien será"
    " que su me podría podemos podrían le saludos está buenos días muy si sí cómo qué tengo estoy favor",
}
_WORDS: Final = {language: frozenset(words.split()) for language, words in _COMMON.items()}
_MARKS: Final = {
    Language.GERMAN: re.compile(r"[äöüß]"),
    Language.FRENCH: re.compile(r"[çèêœàù]|\b[cdjlnqst]'"),
    Language.SPANISH: re.compile(r"[ñ¿¡]"),
}
READ: Final = 4_000
"""Characters that are looked at."""


def language_of(text: str) -> Language:
    """The language of `text`: the one with the most of its common words; English when none is ahead."""
    start = text[:READ].casefold()
    words = re.findall(r"[^\W\d_]+", start)
    scores = {language: sum(word in common for word in words) for language, common in _WORDS.items()}
    for language, mark in _MARKS.items():
        scores[language] += bool(mark.search(start))
    best = max(Language, key=lambda language: scores[language])
    return best if scores[best] > scores[Language.ENGLISH] else Language.ENGLISH
