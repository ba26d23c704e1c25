"""One POST to the event API, bounded in time and size; why not the SDK's: docs/decisions/0005."""

from collections.abc import Sequence

import requests
from requests.exceptions import RequestException, SSLError
from urllib3.exceptions import HTTPError

from lib.bounded_http import BoundedAdapter, ConnectFailure, NotConnected
from lib.clock import Deadline
from lib.event_sender import OutgoingEvent
from lib.ticks.event_address import EventAddress
from lib.ticks.event_answer import BODY_LIMIT, accepted_ids
from lib.ticks.send_error import EventsNotSent, SendErrorClass


class EventApi:
    """The event API of one deployment. Each post has a connection of its own: ticks are a minute apart."""

    def __init__(self, address: EventAddress) -> None:
        self._address = address

    def post(self, events: Sequence[OutgoingEvent], deadline: Deadline) -> tuple[str, ...]:
        """The API's id for each of `events`. Raises EventsNotSent.

        Ends at `deadline`, but for a resolver that hangs: the tick leaves the whole send then, and no other
        is begun meanwhile. What the libraries raise goes no further: their texts have the address inside, and
        with it the key.
        """
        try:
            status, body = self._exchange(events, deadline)
        except (NotConnected, RequestException, HTTPError, OSError) as error:
            failure = _failure(error, deadline)
        else:
            if not deadline.passed:
                return accepted_ids(status, body, expected=len(events))
            failure = EventsNotSent(SendErrorClass.TIMED_OUT)
        raise failure

    def _exchange(self, events: Sequence[OutgoingEvent], deadline: Deadline) -> tuple[int, bytes]:
        """The status, and the body up to one byte more than it may have."""
        seconds = max(0.001, deadline.remaining_ms() / 1000)
        with requests.Session() as session, BoundedAdapter(deadline, awaits_resolver=True) as adapter:
            session.trust_env = False  # no proxy, no .netrc, no certificates of the environment's choice
            session.mount("https://", adapter)
            session.mount("http://", adapter)
            with session.post(
                self._address.url,
                json=[_json(event) for event in events],
                headers={"Accept-Encoding": "identity", **self._address.headers},
                allow_redirects=False,
                stream=True,
                timeout=(seconds, seconds),
            ) as response:
                return response.status_code, response.raw.read(BODY_LIMIT + 1, decode_content=False)


def _json(event: OutgoingEvent) -> dict[str, object]:
    return {"id": event.id, "name": event.name, "data": event.data}


def _failure(error: Exception, deadline: Deadline) -> EventsNotSent:
    """The class of what a library raised, and its name; its text stays here."""
    if deadline.passed or isinstance(error, requests.Timeout):
        return EventsNotSent(SendErrorClass.TIMED_OUT)
    if isinstance(error, NotConnected):
        return _unconnected(error.failure)
    if isinstance(error, SSLError):
        return EventsNotSent(SendErrorClass.REFUSED, "The event API cannot be reached safely (TLS failed).")
    return EventsNotSent(
        SendErrorClass.UNREADABLE, f"The connection to the event API broke ({type(error).__name__})."
    )


def _unconnected(failure: ConnectFailure) -> EventsNotSent:
    if failure is ConnectFailure.TIMED_OUT:
        return EventsNotSent(SendErrorClass.TIMED_OUT)
    unresolved = failure is ConnectFailure.UNRESOLVED
    return EventsNotSent(
        SendErrorClass.REFUSED, "The event API's name cannot be resolved." if unresolved else None
    )
