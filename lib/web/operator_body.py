"""What the operator's routes are told: JSON with who and why (design §4)."""

from datetime import timedelta
from typing import Annotated, Any, Final, TypeVar

from flask import request
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError

from lib.errors import BadRequest, UnsupportedMediaType
from lib.web.body import read_body

MEDIA_TYPE: Final = "application/json"
BODY_LIMIT: Final = 64 * 1024
"""Bytes: a thousand paused workspaces and more."""
TOO_LARGE: Final = f"A request here has a body of at most {BODY_LIMIT // 1024} KiB."
YEAR_SECONDS: Final = 365 * 24 * 3600
TOLD_AT_MOST: Final = 5
"""Problems that one answer names."""

Who = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")]
Why = Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=r"^[^\x00]*$")]


class OperatorBody(BaseModel):
    """Who changes something, and why; both are kept with the change."""

    model_config = ConfigDict(
        extra="forbid", strict=True, str_strip_whitespace=True, hide_input_in_errors=True
    )

    actor: Who
    """Not checked: whoever has the token may give any name."""
    reason: Why
    dry_run: Annotated[bool, Field(alias="dryRun")] = False
    """Whether only to say what would be done."""

    @property
    def kept_actor(self) -> str:
        """Who is kept with the change: one sees that the change came by HTTP."""
        return f"http:{self.actor}"


def _whole(said: object) -> object:
    """JSON has one sort of number: 60.0 is 60."""
    return int(said) if isinstance(said, float) and said.is_integer() else said


Seconds = Annotated[int, Field(ge=1, le=YEAR_SECONDS), BeforeValidator(_whole)]


class ControlBody(OperatorBody):
    """A control's new value."""

    value: Any
    """As it is stored."""
    expires_in_seconds: Annotated[Seconds | None, Field(alias="expiresInSeconds")] = None

    @property
    def span(self) -> timedelta | None:
        """After how long it ends by itself."""
        return None if self.expires_in_seconds is None else timedelta(seconds=self.expires_in_seconds)


Body = TypeVar("Body", bound=OperatorBody)


def read_operator_body(model: type[Body]) -> Body:
    """The request's body as `model`.

    Raises UnsupportedMediaType, PayloadTooLarge, and BadRequest, which names the fields that are wrong and
    repeats nothing of what was sent.
    """
    if request.mimetype != MEDIA_TYPE:
        raise UnsupportedMediaType(f"Send JSON, with content-type {MEDIA_TYPE}.")
    body = read_body(BODY_LIMIT, too_large=TOO_LARGE)
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        raise BadRequest(_told(error)) from error


def _told(error: ValidationError) -> str:
    """What is wrong, field by field; a name that is none of ours is not repeated."""
    problems = error.errors(include_url=False, include_context=False, include_input=False)
    told = [
        "a field that is not known here"
        if one["type"] == "extra_forbidden"
        else _field(one["loc"], one["msg"])
        for one in problems[:TOLD_AT_MOST]
    ]
    return f"The body is not as it must be: {'; '.join(told)}."


def _field(place: tuple[int | str, ...], message: str) -> str:
    return f"{'.'.join(map(str, place))}: {message}" if place else message
