"""An HTTP answer, read as the engine reads it: strictly."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any, ClassVar, Final

from pydantic import BaseModel, ConfigDict, ValidationError

from dev.engine import signature, strict_json
from dev.engine.errors import ForbiddenAnswer, NotPlayed, Rule
from dev.engine.opcode import Operation, read_operations
from dev.engine.retries import retry_after_seconds

BODY_MAX: Final = 8 * 1024 * 1024
"""Bytes of an answer that the engine reads."""
SDK_FORM: Final = re.compile(r"[a-z-]+:v\d+\.\d+\.\d+\S*")
STREAMED: Final = 201


@dataclass(frozen=True, slots=True, kw_only=True)
class RawAnswer:
    """What came over HTTP."""

    status: int
    headers: Mapping[str, str]
    """By lower-case name."""
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Completed:
    """The run is over."""

    result: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """The run got on."""

    operations: tuple[Operation, ...]
    request_version: int
    no_retry: bool
    retry_after: float | None
    """Seconds; None: by the table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """The request as a whole failed."""

    reason: str
    """The engine's words for it, as far as recorded."""
    error: Mapping[str, Any] | None = None
    """What the SDK said; None: it was no SDK that answered, or nobody did."""
    no_retry: bool = False
    retry_after: float | None = None
    """Seconds; None: by the table."""


Answer = Completed | Progress | Failure


class FunctionError(BaseModel):
    """The body of an error from the SDK."""

    model_config: ClassVar[ConfigDict] = ConfigDict(extra="forbid", strict=True)

    code: str
    message: str
    name: str = ""
    stack: str | None = None


def read_answer(raw: RawAnswer, *, key: str | None, now: datetime, replaced: bool = False) -> Answer:
    """What `raw` means.

    `key` is the one that the request was signed with, None for an unsigned one. `replaced` says that a fault
    put `raw` in the place of the app's own answer, which is then judged only as the engine would.

    Raises:
        ForbiddenAnswer: the wire format does not allow it.
        NotPlayed: it is legal, but not played here.

    """
    if len(raw.body) > BODY_MAX:
        return Failure(reason="response body is greater than the limit")
    if "x-inngest-sdk" not in raw.headers:
        if _is_success(raw) and not replaced:
            raise ForbiddenAnswer(Rule.NOT_FROM_AN_SDK, f"a {raw.status} without x-inngest-sdk")
        return _from_something_else(raw, now)
    _check_frame(raw, key)
    body = _body(raw)
    if raw.status == HTTPStatus.OK:
        _check_success(raw)
        return Completed(result=body)
    retry_after = _retry_after(raw, now)
    if raw.status == HTTPStatus.PARTIAL_CONTENT:
        return Progress(
            operations=read_operations(body),
            request_version=int(raw.headers["x-inngest-req-version"]),
            no_retry=_no_retry(raw),
            retry_after=retry_after,
        )
    if raw.status >= HTTPStatus.BAD_REQUEST:
        return Failure(
            reason=f"invalid status code: {raw.status}",
            error=_error(body),
            no_retry=_no_retry(raw),
            retry_after=retry_after,
        )
    if raw.status == STREAMED:
        raise NotPlayed("a streamed answer")
    raise ForbiddenAnswer(Rule.STATUS, str(raw.status))


def _from_something_else(raw: RawAnswer, now: datetime) -> Failure:
    """A failure, whatever it says; when to come again is taken from anybody."""
    header = raw.headers.get("retry-after")
    return Failure(
        reason="not an SDK" if _is_success(raw) else f"invalid status code: {raw.status}",
        no_retry=raw.headers.get("x-inngest-no-retry") == "true",
        retry_after=None if header is None else retry_after_seconds(header, now),
    )


def _is_success(raw: RawAnswer) -> bool:
    return HTTPStatus.OK <= raw.status < HTTPStatus.MULTIPLE_CHOICES


def _check_frame(raw: RawAnswer, key: str | None) -> None:
    """What every answer of an SDK has."""
    if not SDK_FORM.fullmatch(raw.headers["x-inngest-sdk"]):
        raise ForbiddenAnswer(Rule.SDK, raw.headers["x-inngest-sdk"])
    if raw.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise ForbiddenAnswer(Rule.CONTENT_TYPE, raw.headers.get("content-type", "none"))
    if not raw.headers.get("x-inngest-req-version", "").isdigit():
        raise ForbiddenAnswer(Rule.REQUEST_VERSION, raw.headers.get("x-inngest-req-version", "none"))
    if key is None:
        return
    signed = raw.headers.get(signature.HEADER)
    if signed is None:
        raise ForbiddenAnswer(Rule.UNSIGNED, f"a {raw.status} without {signature.HEADER}")
    if not signature.answer_is_signed(raw.body, signed, key):
        raise ForbiddenAnswer(Rule.SIGNATURE, "the answer's signature does not verify")


def _check_success(raw: RawAnswer) -> None:
    if "x-inngest-no-retry" in raw.headers:
        raise ForbiddenAnswer(Rule.NO_RETRY, "on a success")
    if "retry-after" in raw.headers:
        raise ForbiddenAnswer(Rule.RETRY_AFTER, "on a success")


def _body(raw: RawAnswer) -> Any:
    try:
        return strict_json.loads(raw.body)
    except ValueError as problem:
        raise ForbiddenAnswer(Rule.JSON, str(problem)) from problem


def _error(body: Any) -> Mapping[str, Any]:
    try:
        FunctionError.model_validate(body)
    except ValidationError as problem:
        raise ForbiddenAnswer(Rule.ERROR_SHAPE, str(problem)) from problem
    found: Mapping[str, Any] = body
    return found


def _no_retry(raw: RawAnswer) -> bool:
    header = raw.headers.get("x-inngest-no-retry")
    if header not in {None, "true"}:
        raise ForbiddenAnswer(Rule.NO_RETRY, str(header))
    return header is not None


def _retry_after(raw: RawAnswer, now: datetime) -> float | None:
    header = raw.headers.get("retry-after")
    if header is None:
        return None
    seconds = retry_after_seconds(header, now)
    if seconds is None:
        raise ForbiddenAnswer(Rule.RETRY_AFTER, header)
    return seconds
