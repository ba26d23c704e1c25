"""The part of the expression language that function configurations use here.

Comparisons (`==`, `!=`) of paths and literals, joined by `&&`; or a bare path. Whatever else the language
has is refused loudly.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from dev.engine.errors import NotPlayed

PATH: Final = re.compile(r"(event|async)((?:\.[A-Za-z_]\w*)+)")
TEXT: Final = re.compile(r"'([^'\\]*)'|\"([^\"\\]*)\"")
NUMBER: Final = re.compile(r"-?\d+(?:\.\d+)?")
CONSTANTS: Final[Mapping[str, Any]] = {"true": True, "false": False, "null": None}


class Missing:
    """What a path yields where a field is not there; equal to nothing."""

    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        return False


MISSING: Final = Missing()


def value(expression: str, **roots: Any) -> Any:
    """What a path or literal stands for; `MISSING` where the event has no such field."""
    text = expression.strip()
    if text in CONSTANTS:
        return CONSTANTS[text]
    if found := TEXT.fullmatch(text):
        return found[1] if found[1] is not None else found[2]
    if NUMBER.fullmatch(text):
        return float(text)
    if found := PATH.fullmatch(text):
        return _follow(roots.get(found[1], MISSING), found[2].split(".")[1:])
    raise NotPlayed(f"the expression {expression!r}")


def holds(expression: str | None, **roots: Any) -> bool:
    """Whether every comparison in `expression` is true; one that is not there always is."""
    if expression is None:
        return True
    return all(_comparison(part, roots) for part in expression.split("&&"))


def _comparison(text: str, roots: Mapping[str, Any]) -> bool:
    try:
        left, operator, right = re.split(r"(==|!=)", text)
    except ValueError:
        raise NotPlayed(f"the expression {text!r}") from None
    a, b = value(left, **roots), value(right, **roots)
    if a is MISSING or b is MISSING:
        return False
    return bool((a == b) is (operator == "=="))


def _follow(found: Any, names: list[str]) -> Any:
    for name in names:
        if not isinstance(found, Mapping) or name not in found:
            return MISSING
        found = found[name]
    return found
