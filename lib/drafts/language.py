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


_COMMON: Final[dict[str, str]] = {
    Language.ENGLISH: "the and you for is are that with this have would can your we will not it thanks hi "
    "hello please what when works me my to of do be no yes how much does cost sounds "
    "good great i i'm ok in on at",
    Language.GERMAN: "der die das und ich sie wir ist nicht ein eine mit für auf danke hallo bitte wann "
    "passt können könnten uns ihnen ihr ihre mir zu den dem auch vielen dank grüße gern "
    "gerne haben es noch guten tag ja nein kein keine klingt gut wie teuer uhr montag "
    "dienstag mittwoch donnerstag freitag samstag am um interesse kostet preis was oder "
    "aber dann",
    Language.FRENCH: "le la les et je vous nous est pas un une avec pour merci bonjour quand sur des du "
    "de votre vos mon ce cette êtes pouvez pourriez bien cordialement serait que qui il "
    "avez au bonsoir oui non combien coûte convient lundi mardi mercredi jeudi vendredi "
    "intéressé intéressée d'accord à ça",
    Language.SPANISH: "el la los las y yo usted nosotros es no un una con para gracias hola cuándo cuando "
    "por de del nos bien será que su me podría podemos podrían le saludos está buenos "
    "días muy si sí cómo qué tengo estoy favor cuánto cuanto cuesta interesa perfecto "
    "vale lunes martes miércoles jueves viernes pero hay",
    "it": "il lo la gli le di per con che non è sono una un grazie ciao buongiorno quanto "
    "costa quando possiamo nostra nostro azienda va bene vorrei mi lunedì martedì "
    "mercoledì giovedì venerdì sì saluti della del anche",
    "nl": "de het een en ik u wij we is niet met voor op dank bedankt hallo goedemiddag "
    "wanneer kunnen kan ons uw onze wat kost goed prima graag maandag dinsdag woensdag "
    "donderdag vrijdag ja nee bellen bericht van",
    "pt": "o a os as e eu você nós é não um uma com para obrigado obrigada olá bom dia quando "
    "qual quanto custa preço nossa nosso equipe podemos por que seu sua segunda terça "
    "quarta quinta sexta sim gostaria do da em",
}
"""Common words of those, and of the languages that would be taken for one of them."""
_WORDS: Final = {language: frozenset(words.split()) for language, words in _COMMON.items()}
_ANSWERED: Final = frozenset(language.value for language in Language)
_MARKS: Final[dict[str, re.Pattern[str]]] = {
    Language.GERMAN: re.compile(r"[äöüß]"),
    Language.FRENCH: re.compile(r"[çèêœàù]|\b[cdjlnqst]'"),
    Language.SPANISH: re.compile(r"[ñ¿¡]"),
    "pt": re.compile(r"[ãõ]|ção\b"),
}
_WORD: Final = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
OPENING: Final = 120
"""Characters in which somebody speaks their own language; a disclaimer below may be in another."""
READ: Final = 4_000
"""Characters that are looked at where the opening does not tell."""


def language_of(text: str) -> Language:
    """The language of `text`: the one with the most of its common words; English when none is ahead.

    What is quoted of others and what stands below a signature's line is not the writer's.
    """
    own = "\n".join(line for line in text[:READ].split("\n") if not line.startswith(">"))
    own = own.partition("\n-- \n")[0].casefold().replace("\u2019", "'")
    return _told(own[:OPENING]) or _told(own) or Language.ENGLISH


def _told(text: str) -> Language | None:
    """The language that is ahead of all others, English for one not answered in; None when none is."""
    words = _WORD.findall(text)
    scores = {language: sum(word in common for word in words) for language, common in _WORDS.items()}
    for language, mark in _MARKS.items():
        scores[language] += bool(mark.search(text))
    best = max(scores.values())
    ahead = [language for language, score in scores.items() if score == best > 0]
    if len(ahead) != 1:
        return None
    return Language(ahead[0]) if ahead[0] in _ANSWERED else Language.ENGLISH
