"""JSON without what parsers let through."""

import json
from typing import Any, Never


def loads(text: bytes | str) -> Any:
    """The value of strict JSON.

    Raises:
        ValueError: it cannot be read, names something twice in one object, or has NaN or an infinity.

    """
    return json.loads(text, object_pairs_hook=_object, parse_constant=_constant)


def dumps(value: object) -> bytes:
    """`value` as JSON.

    Raises:
        ValueError: it has NaN or an infinity.
        TypeError: it is no JSON value.

    """
    return json.dumps(value, allow_nan=False).encode()


def copy(value: object) -> Any:
    """`value` after a round trip through JSON: nothing is shared and nothing but JSON survives."""
    return loads(dumps(value))


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return found


def _constant(name: str) -> Never:
    raise ValueError(f"{name} is not JSON")
