"""A text as its reader sees it, in the one form in which the rules compare: made once, at a rule's edge.

What somebody could hide behind goes here and nowhere else: HTML, entities, invisible characters, other
digits, letters that look like Latin ones, emphasis within a word.
"""

import html
import re
import unicodedata
from typing import Final

from lib.drafts.invariants.wording import plain
from lib.inbox.html_text import visible_text_of

_TAGS: Final = (
    "a abbr article aside b big blockquote body br button center col colgroup dd del div dl dt em figure font"
    " footer form h1 h2 h3 h4 h5 h6 head header hr html i iframe img input ins li main mark meta nav noscript"
    " o:p ol p picture pre q s script section small span strike strong style sub sup svg table tbody td"
    " template tfoot th thead tr tt u ul video wbr"
)
"""The elements that make a text HTML; `<link>` and `<time>` stand for something to be filled in."""
_NAMED: Final = r"</?(?:" + "|".join(_TAGS.split()) + r")(?=[\s/>])[^<>]*>"
_HTML: Final = re.compile(rf"{_NAMED}|<!--|<!doctype\s[^<>]*>", re.IGNORECASE)
_NO_TAG: Final = re.compile(rf"<(?!!|{_NAMED[1:]})", re.IGNORECASE)
_ENTITY: Final = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,31});", re.IGNORECASE)
_BLANKS: Final = dict.fromkeys(map(ord, "\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\ufffc"), " ")
"""Letters and signs that print nothing, though Unicode counts them as something."""
_LOOK_ALIKES: Final = str.maketrans(
    "аеорсухіјѕһԁԛԝкмтвнАВЕКМНОРСТХУІЈЅοανρικυχΑΒΕΖΗΙΚΜΝΟΡΤΥΧ∕⁄∶꞉։·",  # noqa: RUF001 - that is the point
    "aeopcyxijshdqwkmtbhABEKMHOPCTXYIJSoavpikuxABEZHIKMNOPTYX//:::.",
)
"""Cyrillic and Greek letters that look like Latin ones, and signs that look like those of times and dates."""
_FRENCH_AT: Final = re.compile(r"(?<!\w)à(?= \w)", re.IGNORECASE)
"""`à 15 h` must not become the English `a 15 h`."""
_EMPHASIS: Final = re.compile(r"[*`]+|~~+|(?<![^\W_])_+|_+(?![^\W_])")
_SPACED_COLON: Final = re.compile(r"(?<=\d) ?: ?(?=[0-5]\d\b)")
_CLOCK: Final = re.compile(
    r"(?<![^\W_])(?=[lIoO:.]{0,3}\d)[\dlIoO]{1,2}[:.][\dlIoO]{2}(?=[ap]\.?m|[^\w:.]|[.]?$)"
    r"|(?<!\w)[\dl][oO]?(?=\s?[ap]m\b)"
)
_DIGITS: Final = str.maketrans("lIoO", "1100")
"""Letters in a time that somebody reads as digits."""


def readable(text: str) -> str:
    """`text` in plain form as its reader sees it, addresses as they are written.

    HTML becomes its visible text with each link's address behind its words; entities become characters.
    """
    if _HTML.search(text):
        text = visible_text_of(_NO_TAG.sub("&lt;", text))
    shown = _ENTITY.sub(lambda entity: html.unescape(entity[0]), text)
    return plain("".join(filter(_prints, unicodedata.normalize("NFKC", shown).translate(_BLANKS))))


def folded(text: str) -> str:
    """The readable `text` in Latin letters without accents, ASCII digits and without emphasis."""
    latin = _FRENCH_AT.sub("@", text).replace("ß", "ss")
    letters = unicodedata.normalize("NFKD", latin).translate(_LOOK_ALIKES)
    bare = "".join(_digit(one) for one in letters if unicodedata.category(one) != "Mn")
    words = _SPACED_COLON.sub(":", _EMPHASIS.sub("", bare))
    return _CLOCK.sub(lambda clock: clock[0].translate(_DIGITS), words)


def _prints(character: str) -> bool:
    """Whether `character` can be seen or parts what can: no format or control character or mark alone."""
    kind = unicodedata.category(character)
    return kind not in ("Cf", "Cc", "Me") or character in "\t\n\r\v\f"


def _digit(character: str) -> str:
    return str(unicodedata.digit(character)) if character.isdecimal() else character
