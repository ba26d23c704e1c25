"""Somebody on loopback in the place of Inngest's API, or of its dev server."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Received:
    """One request that came in."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class InngestApi:
    """Answers every request as it is told to."""

    url: str
    status: int = 200
    body: bytes = b'{"ok": true, "modified": true}'
    content_type: str = "application/json"
    hangs: bool = False
    """Whether it takes a request and says nothing until the end of the test."""
    received: list[Received] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def says(self, status: int, body: object) -> None:
        """Answer with this from now on."""
        self.status, self.body = status, json.dumps(body).encode()


@contextmanager
def inngest_api() -> Iterator[InngestApi]:
    """One that accepts, until told otherwise."""

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.casefold(): value for name, value in self.headers.items()}
            api.received.append(Received(self.command, self.path, headers, body))
            if api.hangs:
                api.over.wait(60)
                return
            self.send_response(api.status)
            self.send_header("Content-Type", api.content_type)
            self.send_header("Content-Length", str(len(api.body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(api.body)

        do_GET = do_HEAD = do_POST = do_PUT = _answer  # noqa: N815 - its names too

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
            del format, args

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    api = InngestApi(url=f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield api
    finally:
        api.over.set()
        server.shutdown()
        server.server_close()
        thread.join()
