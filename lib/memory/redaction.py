"""What is remembered holds no way to reach anybody: e-mail addresses and phone numbers are taken out.

A sieve, not a proof: it knows the usual ways to write and to disguise them, in the languages that Everytick
answers in. Where digits could be a phone number or something else, what lib/memory/kept_numbers.py knows is
kept and anything else goes.
"""

import re
from collections.abc import Iterable
from typing import Final

from lib.log.redaction import Redactor
from lib.memory.kept_numbers import (
    AMOUNTS,
    DATES,
    NETWORK_ADDRESSES,
    NUMBERED,
    TIMES,
    is_plain_number,
)

_PASSES: Final = 8
"""At most; ordinary text takes two."""
EMAIL: Final = "[email]"
PHONE: Final = "[phone]"

_SECRETS: Final = Redactor(())
"""Knows no secret of this instance, only the shapes of secrets: keys, credentials, passwords."""

_LOCAL: Final = r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}"
"""Bounded, as are a domain's labels (RFC 5321, §4.5.3.1): a long run is searched from each of its places."""
_LABEL: Final = r"[\w-]{1,63}"
_AT: Final = r"(?:\s?@\s?|\s*[(\[{<]\s*(?:@|at|ät|arroba|arobase|klammeraffe)\s*[)\]}>]\s*)"
_SPOKEN_DOT: Final = r"(?:\s*[(\[{<]\s*(?:\.|dot|punkt|point|punto)\s*[)\]}>]\s*|\s+(?:dot|punkt|punto)\s+)"
_EMAILS: Final = re.compile(
    "|".join(
        (
            rf"\"[^\"@]{{1,64}}\"@{_LABEL}(?:\.{_LABEL})*",
            rf"{_LOCAL}@(?:{_LABEL}(?:\.{_LABEL})*|\[[\d.:a-f]+\])",
            rf"{_LOCAL}(?:{_SPOKEN_DOT}{_LABEL})*{_AT}{_LABEL}(?:(?:\s?\.\s?|{_SPOKEN_DOT}){_LABEL})+",
            # Without brackets "at" is a word like any other: the rest has to look like an address by itself.
            rf"{_LOCAL}(?:{_SPOKEN_DOT}{_LABEL})*\s+(?:at|ät|arroba)\s+{_LABEL}(?:{_SPOKEN_DOT}{_LABEL})+",
            rf"\w{{1,64}}(?:[._+]\w{{1,64}}){{1,8}}\s+at\s+{_LABEL}(?:\.{_LABEL})+",
            rf"{_LOCAL}\s+(?-i:AT)\s+{_LABEL}(?:\.{_LABEL})+",
            r"[^\W_]{1,64}[_-]at[_-][^\W_]+(?:[_-]dot[_-][^\W_]+)+",
            rf"(?<=mail:\s){_LOCAL}\s+at\s+{_LABEL}(?:\.{_LABEL})+",
        )
    ),
    re.IGNORECASE,
)

_DIGIT: Final = r"(?:\d|(?<=\d)O(?=[\W\dO]|$)|(?<![^\W\d])O(?=\d))"
"""A digit, or a letter O that stands in for one."""
_BETWEEN: Final = r"[\s().\-/_·•*~|\u2010-\u2015\u2212]{0,3}"
_EXTENSION: Final = r"(?:\s?(?:x|ext\.?|extension|durchwahl|poste)\s?\d{1,6})?"
_END: Final = r"(?![^\W_])"
_CUE: Final = (
    r"(?:\b(?:tel|t[ée]l[ée]phone|telefon\w*|tel[ée]fono|phone|mobile?|m[óo]vil|cell|cellular|handy|fax|portable"
    r"|whats\s?app|signal|viber|telegram|sms|call|ring|dial|text|ruf\w*|anruf\w*|appel\w*|llam\w*"
    r"|number\s+is|reach\s+\w+\s+(?:at|on|under))\b|\bwa\.me/)"
)
_CUED: Final = re.compile(
    rf"(?P<cue>{_CUE}[^\d+@]{{0,24}}?)\(?{_DIGIT}(?:{_BETWEEN}{_DIGIT}){{5,}}{_EXTENSION}{_END}",
    re.IGNORECASE,
)
"""Behind a word that announces a number six digits are enough."""
_INTERNATIONAL: Final = re.compile(
    rf"(?:\+|\bplus\s|(?<!\d)00(?=[\s(]{{0,2}}[1-9])){_BETWEEN}{_DIGIT}(?:(?:{_BETWEEN}|,\s?){_DIGIT}){{6,}}"
    rf"{_EXTENSION}{_END}",
    re.IGNORECASE,
)
_NATIONAL: Final = re.compile(
    rf"(?<!\w)(?<!\w[-_/=])\(?(?P<run>{_DIGIT}(?:{_BETWEEN}{_DIGIT}){{6,}}){_EXTENSION}{_END}", re.IGNORECASE
)
_SPELT_DIGIT: Final = (
    r"\b(?:zero|oh|one|two|three|four|five|six|seven|eight|nine"
    r"|null|eins|zwei|zwo|drei|vier|fünf|sechs|sieben|acht|neun"
    r"|zéro|un|deux|trois|quatre|cinq|sept|huit|neuf"
    r"|cero|uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve)\b"
)
_SPELT: Final = re.compile(
    rf"(?:\bplus\s)?{_SPELT_DIGIT}(?:[\s,.\-]{{1,3}}(?:(?:double|triple)\s)?(?:{_SPELT_DIGIT}|\d{{1,4}}\b)){{6,}}",
    re.IGNORECASE,
)


def redacted(text: str) -> str:
    """`text` without what looks like a secret, without e-mail addresses, then without phone-like runs.

    Again until nothing is left to find: what a marker stands beside may only now look like something.
    """
    for _ in range(_PASSES):
        before, text = text, _once(text)
        if text == before:
            break
    return text


def _once(text: str) -> str:
    text = _EMAILS.sub(EMAIL, _SECRETS.text(text))
    text = _SPELT.sub(PHONE, text)
    text = _outside((AMOUNTS,), _INTERNATIONAL, text)
    text = _outside((AMOUNTS, *DATES, *TIMES), _CUED, text)
    return _outside((AMOUNTS, *DATES, *TIMES, NETWORK_ADDRESSES, NUMBERED), _NATIONAL, text)


def _outside(kept: Iterable[re.Pattern[str]], phone: re.Pattern[str], text: str) -> str:
    """`text` with each `phone` replaced that lies outside of whatever is `kept`."""
    parts: list[str] = []
    done = 0
    for start, end in sorted(match.span() for pattern in kept for match in pattern.finditer(text)):
        if start >= done:
            parts.append(phone.sub(_replaced, text[done:start]))
            done = start
        parts.append(text[done : max(done, end)])
        done = max(done, end)
    parts.append(phone.sub(_replaced, text[done:]))
    return "".join(parts)


def _replaced(match: re.Match[str]) -> str:
    """The marker in place of a phone number; what announced it stays, and so does a number that is none."""
    found = match.groupdict()
    if "run" in found and is_plain_number(found["run"]):
        return match[0]
    return found.get("cue", "") + PHONE
