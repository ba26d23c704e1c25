"""Requests to the Flask app, signed where there is a key."""

import threading
from collections.abc import Callable, Mapping

from flask.testing import FlaskClient

from dev.engine import signature
from dev.engine.answer import RawAnswer
from dev.engine.clock import EngineClock


class Transport:
    """Carries requests to whichever app is deployed."""

    def __init__(
        self, client_factory: Callable[[], FlaskClient], *, clock: EngineClock, key: str | None, path: str
    ) -> None:
        self._client_factory = client_factory
        self._clock = clock
        self.key = key
        self.path = path
        self._signing = threading.Lock()
        self._signed_at: dict[bytes, int] = {}

    def deploy(self, client_factory: Callable[[], FlaskClient]) -> None:
        """From now on the requests go to another app."""
        self._client_factory = client_factory

    def signed(self, headers: Mapping[str, str], payload: bytes) -> dict[str, str]:
        """`headers` with the signature of `payload` at this moment, where there is a key.

        Whatever is sent again is signed anew, a second later at least: no two trips have one signature.
        """
        if self.key is None:
            return dict(headers)
        with self._signing:
            at = max(int(self._clock.now().timestamp()), self._signed_at.get(payload, 0) + 1)
            self._signed_at[payload] = at
        return {**headers, signature.HEADER: signature.sign_request(payload, self.key, at)}

    def send(self, method: str, query: str, headers: Mapping[str, str], payload: bytes) -> RawAnswer:
        """Send one request; `headers` go out as they are."""
        response = self._client_factory().open(
            self.path, method=method, query_string=query, headers=dict(headers), data=payload
        )
        return RawAnswer(
            status=response.status_code,
            headers={name.lower(): value for name, value in response.headers.items()},
            body=response.get_data(),
        )
