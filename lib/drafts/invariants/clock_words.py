"""The numbers of a clock in words, folded, and the words around a bare hour that make it a time."""

from typing import Final

_ENGLISH: Final = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
    " seventeen eighteen nineteen"
)
_GERMAN: Final = (
    "eins zwei drei vier funf sechs sieben acht neun zehn elf zwolf dreizehn vierzehn funfzehn sechzehn"
    " siebzehn achtzehn neunzehn zwanzig"
)
_FRENCH: Final = "une deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize"
_SPANISH: Final = "una dos tres cuatro cinco seis siete ocho nueve diez once doce"
_ITALIAN: Final = "una due tre quattro cinque sei sette otto nove dieci undici dodici"


def _counted(words: str) -> dict[str, int]:
    return {word: number for number, word in enumerate(words.split(), 1)}


def _either(words: dict[str, int]) -> str:
    return r"(?:\d{1,2}|" + "|".join(sorted(words, key=len, reverse=True)) + ")"


ENGLISH_HOURS: Final = _counted(_ENGLISH)
FOREIGN_HOURS: Final = {
    **_counted(_GERMAN), "ein": 1, "mittag": 12,
    **_counted(_FRENCH), **_counted(_SPANISH), **_counted(_ITALIAN),
}  # fmt: skip
MINUTES: Final = {
    **ENGLISH_HOURS, "oh five": 5, "fifteen": 15, "twenty": 20, "twenty five": 25, "thirty": 30,
    "thirty five": 35, "forty": 40, "forty five": 45, "fifty": 50, "fifty five": 55,
    "quarter": 15, "half": 30,
    "viertel": 15, "halb": 30, "et demie": 30, "et quart": 15, "moins le quart": -15,
    "y media": 30, "y cuarto": 15, "menos cuarto": -15,
    "e mezza": 30, "e mezzo": 30, "e un quarto": 15, "meno un quarto": -15,
}  # fmt: skip
"""Minutes in words; negative ones are counted back from the hour."""

HOUR: Final = _either(ENGLISH_HOURS)
FOREIGN_HOUR: Final = _either(FOREIGN_HOURS)

_FOLLOWS: Final = (
    "on in as at to with via over tomorrow today tonight this next work works sharp instead if for and or"
    " then would will could should can is was are your our my his her their local uhr et est edt ct cst"
    " cdt mt mst pt pst pdt cet cest gmt utc bst ist jst aest uk london berlin paris madrid so but because"
    " since unless until till through please thanks thank we i you he she they it that which when while"
    " where sound sounds suit suits look looks fit fits after before by from too also again latest onwards"
    " perhaps maybe ok okay just like exactly rather though"
    " although otherwise whichever promptly straight right eastern central pacific mountain"
    " o'clock everyone both not isn't"
)
_FOLLOW: Final = (
    "(?:"
    + "|".join(_FOLLOWS.split())
    + r"|(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?s?)\b"
)
FOLLOWED: Final = (
    rf"(?:\s?-?ish\b)?(?=\s*(?:$|[.,;:!?()\[\]\n|]|-\s|{_FOLLOW}))(?![.,:]\d)"
    rf"(?!\s*(?:-|to|or|and|/)\s*\d{{1,3}}\s*(?:%|(?!{_FOLLOW})[a-z]{{3,}}))"
)
"""Behind a bare hour: the end of a phrase or a word that no counted thing stands before."""
COUNTED: Final = (
    r"(?![\s-]*(?:min|sec|hour|hrs?\b|day|week|month|year|people|percent|%|users?\b|seats?\b|eur|usd"
    r"|dollar|pound|hundred|thousand|million|of\b|quarters?\b|times\b|meeting|call|session))"
)
"""Not before a thing that is counted: `two thirty-minute calls`."""
