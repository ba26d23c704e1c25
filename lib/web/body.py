"""A request's body, read up to a limit whatever its header says of its length."""

from collections.abc import Callable
from typing import Any, Final, TypeVar

from flask import request
from werkzeug.exceptions import RequestEntityTooLarge

from lib.errors import PayloadTooLarge

View = TypeVar("View", bound=Callable[..., Any])
MARK: Final = "limits_own_body"


def read_body(limit: int, *, too_large: str) -> bytes:
    """The whole body. Raises PayloadTooLarge, saying `too_large`, having read one byte over `limit` at most.

    Werkzeug cuts a body of unknown length at its limit without a word, hence the byte more.
    """
    request.max_content_length = limit + 1
    try:
        body = request.get_data()
    except RequestEntityTooLarge:
        raise PayloadTooLarge(too_large) from None
    if len(body) > limit:
        raise PayloadTooLarge(too_large)
    return body


def own_body_limit(view: View) -> View:
    """Mark `view` as one that reads its body by `read_body`: the limit of all others is not for it."""
    setattr(view, MARK, True)
    return view


def limits_own_body(view: object) -> bool:
    """Whether `view` is marked so."""
    return bool(getattr(view, MARK, False))
