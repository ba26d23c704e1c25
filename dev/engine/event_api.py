"""The event API over real HTTP on loopback, for apps that send."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Final, Protocol, Self

from dev.engine import strict_json
from dev.engine.errors import BadEvent

BODY_MAX: Final = 10 * 1024 * 1024
"""Bytes of a request."""
READ_SECONDS: Final = 5.0
"""A sender that is silent for so long is cut off."""
SEED: Final = "x-inngest-event-id-seed"


class Takes(Protocol):
    """What takes the events: an `Engine`, or a test's own."""

    def send(self, events: list[Any], *, seed: str | None = None) -> list[str]:
        """Take them; their ids."""
        ...


class EventApi:
    """`POST /e/{key}` with a JSON list, on a port of its own while the context lasts."""

    def __init__(self, taker: Takes, *, key: str | None = None, port: int = 0) -> None:
        """Hand what comes to `taker`; with a `key`, only where the path names it. A `port` of 0: any."""
        self._server = _Server(taker, key, port)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def url(self) -> str:
        """The origin, for the SDK's `event_api_base_url`."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = True

    def __init__(self, taker: Takes, key: str | None, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.taker = taker
        self.key = key


class _Handler(BaseHTTPRequestHandler):
    timeout = READ_SECONDS
    server: _Server

    def do_POST(self) -> None:
        """Take the events of one request."""
        length = self.headers.get("content-length", "")
        if not length.isdigit() or int(length) > BODY_MAX:
            self._answer(413, {"error": "no length, or too long", "status": 413})
            return
        body = self.rfile.read(int(length))
        prefix, _, key = self.path.rpartition("/")
        if prefix != "/e" or not key or self.server.key not in {None, key}:
            self._answer(401, {"error": "Event key not found", "status": 401})
            return
        try:
            events = strict_json.loads(body)
            ids = self.server.taker.send(
                events if isinstance(events, list) else [events], seed=self.headers.get(SEED)
            )
        except (BadEvent, ValueError) as problem:
            self._answer(400, {"error": str(problem), "status": 400})
            return
        self._answer(200, {"ids": ids, "status": 200})

    def _answer(self, status: int, body: dict[str, Any]) -> None:
        payload = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the base class's name
        """Say nothing on standard error."""
