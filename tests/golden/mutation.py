"""Conversations with one thing wrong, to prove that the comparison sees it."""

import copy
from dataclasses import asdict
from typing import Any, Final

from tests.golden.turn import Turn

WRONG_TURN: Final = 1
"""The second one: what names earlier ids again is in it."""
OTHER_ULID: Final = "01M85432C40000000000000000"
ULIDS: Final = frozenset({"run_id", "request_id", "x-run-id", "x-request-id", "id"})
OTHER_QUEUE_ITEM: Final = "eDo6eQ=="


def without(turns: list[Turn], field: str) -> list[Turn]:
    """The conversation, one field of one turn gone; a path with dots leads to it."""
    raw, owner, name = _open(turns, field)
    if owner is raw:
        owner[name] = None
    else:
        del owner[name]
    return _close(turns, raw)


def changed(turns: list[Turn], field: str) -> list[Turn]:
    """The conversation, one field of one turn with another value of its type."""
    raw, owner, name = _open(turns, field)
    owner[name] = _other(name, owner[name])
    return _close(turns, raw)


def _open(turns: list[Turn], field: str) -> tuple[dict[str, Any], dict[str, Any], str]:
    raw = copy.deepcopy(asdict(turns[WRONG_TURN]))
    owner: dict[str, Any] = raw
    *way, name = field.split(".")
    for part in way:
        owner = owner[part]
    if name not in owner:
        raise LookupError(f"{field} is not in the recording")
    return raw, owner, name


def _close(turns: list[Turn], raw: dict[str, Any]) -> list[Turn]:
    return [*turns[:WRONG_TURN], Turn(**raw), *turns[WRONG_TURN + 1 :]]


def _other(name: str, found: Any) -> Any:
    match found:
        case bool():
            return not found
        case int():
            return found + 1
        case list():
            return [*found, "more"]
        case dict():
            return {**found, "more": "more"}
        case _:
            return _other_text(name, found)


def _other_text(name: str, found: str) -> str:
    if name == "qi_id":
        return OTHER_QUEUE_ITEM
    return OTHER_ULID if name in ULIDS else f"{found}0"
