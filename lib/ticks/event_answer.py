"""What the event API's answer means; 200 alone says nothing (an SDK takes `200 {}` for success)."""

import json
from http import HTTPStatus
from itertools import takewhile
from typing import Any, Final

from lib.ticks.send_error import EventsNotSent, SendErrorClass

BODY_LIMIT: Final = 65_536
"""Bytes; the API's own answer to two events has less than 300."""


def accepted_ids(status: int, body: bytes, *, expected: int) -> tuple[str, ...]:
    """The ids that acknowledge `expected` events. Raises EventsNotSent, with those that there are.

    Only a success that names an id for each event is one. The API works through the events in order, so
    fewer ids belong to the first ones. The error's message has the API's own words whole: whoever passes them
    on redacts them first and then cuts them, for half a key is not known for one.
    """
    answer = _object(body) if len(body) <= BODY_LIMIT else None
    ids = answer.get("ids") if answer else None
    listed = ids if isinstance(ids, list) else []
    leading = tuple(takewhile(_is_id, listed))[:expected]
    error = answer.get("error") if answer else None
    if not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES or error is not None:
        told = f": {error}" if isinstance(error, str) else ""
        raise EventsNotSent(
            SendErrorClass.REJECTED, f"The event API answered {status}{told}", accepted=leading
        )
    if answer is None:
        raise EventsNotSent(SendErrorClass.UNREADABLE)
    if len(listed) != expected or len(leading) != expected:
        raise EventsNotSent(SendErrorClass.INCOMPLETE, accepted=leading)
    return leading


def _is_id(value: object) -> bool:
    return isinstance(value, str) and value.strip() != ""


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):  # the latter: thousands of brackets
        return None
    return answer if isinstance(answer, dict) else None
