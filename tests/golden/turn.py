"""One request and its answer in the form in which recorded and played ones are compared.

Equal means equal but for what cannot be: ids are replaced by their kind and the order of their first
appearance in the conversation (so that the same job keeps the same name), times by `<time>`, signatures by
`<signature>` and tracebacks by `<traceback>`. Nothing is left out: a field that is missing on one side is a
difference.
"""

import base64
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from dev.engine.exchange import Exchange
from tests.golden.transcript import Recorded

ULID: Final = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")
LONG: Final = 1024 * 1024
"""Characters of a text from which on the recordings say only how many there were."""
COMPARED_ANSWER_HEADERS: Final = frozenset({"content-type", "retry-after"})
ASIDE: Final = frozenset({"x-inngest-env"})
"""Ours, not the SDK's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A request and its answer, whoever made them."""

    query: str
    headers: Mapping[str, str]
    body: Any
    status: int
    answer_headers: Mapping[str, str]
    answer: Any

    @classmethod
    def recorded(cls, one: Recorded) -> "Turn":
        """As the real engine and the SDK had it."""
        return cls(
            query=one.query,
            headers=one.headers,
            body=one.body,
            status=one.status,
            answer_headers=one.answer_headers,
            answer=one.answer,
        )

    @classmethod
    def played(cls, exchange: Exchange) -> "Turn":
        """As the executor had it."""
        if exchange.answer is None:
            raise ValueError("a request that was lost has no turn")
        return cls(
            query=exchange.request.query,
            headers=exchange.headers,
            body=exchange.request.body,
            status=exchange.answer.status,
            answer_headers=exchange.answer.headers,
            answer=exchange.answer_body(),
        )


def comparable(turns: list[Turn], *, answers: bool) -> list[dict[str, Any]]:
    """The turns of one conversation, ready for `==`; without `answers` only what the engine asked."""
    names = _Names()
    return [
        {
            "query": turn.query,
            "headers": _request_headers(turn.headers, names),
            "body": _body(turn.body, names),
            **(_answer(turn, names) if answers else {}),
        }
        for turn in turns
    ]


def comparable_answer(turn: Turn) -> dict[str, Any]:
    """One answer by itself."""
    return _answer(turn, _Names())


class _Names:
    """Gives each id the kind and number by which it is compared."""

    def __init__(self) -> None:
        self._given: dict[tuple[str, str], str] = {}

    def of(self, kind: str, found: Any) -> Any:
        if not isinstance(found, str) or not found:
            return found
        given = sum(other == kind for other, _ in self._given)
        return self._given.setdefault((kind, found), f"<{kind} {given + 1}>")


def _request_headers(headers: Mapping[str, str], names: _Names) -> dict[str, str]:
    kept = {name: value for name, value in headers.items() if name.startswith("x-") or name == "user-agent"}
    special: dict[str, Callable[[str], str]] = {
        "x-inngest-signature": lambda _: "<signature>",
        "x-inngest-job-id": lambda job: str(names.of("job", job)),
        "x-request-id": lambda request: str(names.of("ulid", request)),
        "x-run-id": lambda run: str(names.of("ulid", run)),
    }
    return {name: special.get(name, str)(value) for name, value in sorted(kept.items())}


def _body(body: Any, names: _Names) -> Any:
    """The request's body; the ids in `ctx` that only their place tells are named first."""
    if not isinstance(body, dict) or not isinstance(body.get("ctx"), dict):
        return _plain(body, names)
    ctx = dict(body["ctx"])
    if "qi_id" in ctx:
        ctx["qi_id"] = _queue_item(ctx["qi_id"], names)
    for field, kind in (("job_id", "job"), ("fn_id", "function")):
        if field in ctx:
            ctx[field] = names.of(kind, ctx[field])
    return _plain({**body, "ctx": ctx}, names)


def _queue_item(qi_id: Any, names: _Names) -> Any:
    if not isinstance(qi_id, str):
        return qi_id
    job, _, partition = base64.b64decode(qi_id).decode().partition("::")
    return f"{names.of('job', job)}::{partition}"


def _answer(turn: Turn, names: _Names) -> dict[str, Any]:
    kept = {
        name: "<time>" if name == "retry-after" else value
        for name, value in turn.answer_headers.items()
        if (name.startswith("x-inngest") or name in COMPARED_ANSWER_HEADERS) and name not in ASIDE
    }
    if "x-inngest-signature" in kept:
        kept["x-inngest-signature"] = "<signature>"
    return {"status": turn.status, "answer headers": kept, "answer": _plain(turn.answer, names)}


def _plain(found: Any, names: _Names) -> Any:
    match found:
        case dict():
            return {key: _field(key, found, names) for key in sorted(found)}
        case list():
            return [_plain(item, names) for item in found]
        case str() if ULID.fullmatch(found):
            return names.of("ulid", found)
        case str() if len(found) > LONG:
            return f"<{len(found)} characters>"
        case _:
            return found


def _field(key: str, owner: dict[str, Any], names: _Names) -> Any:
    found = owner[key]
    if key == "stack" and isinstance(found, str):
        return "<traceback>"
    if key == "ts" and type(found) is int:
        return "<time>"
    if key == "name" and owner.get("op") == "Sleep":
        return "<time>"
    return _plain(found, names)
