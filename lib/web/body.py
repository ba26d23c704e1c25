"""A request's body, read up to a limit whatever its header says of its length."""

from flask import request
from werkzeug.exceptions import RequestEntityTooLarge

from lib.errors import PayloadTooLarge


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
