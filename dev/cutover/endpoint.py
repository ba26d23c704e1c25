"""The app over real HTTP on loopback, for what calls it there: the preflight's signing self-test."""

import socket
import threading
from types import TracebackType
from typing import Self

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from dev.cutover.clock import RehearsalClock

HOST = "127.0.0.1"


class Endpoint:
    """A port that is ours from the beginning, for the app has to know its own address before it is made."""

    def __init__(self) -> None:
        self._listener = socket.create_server((HOST, 0))

    @property
    def origin(self) -> str:
        """Where the app answers."""
        return f"http://{HOST}:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.close()

    def serving(self, app: Flask, clock: RehearsalClock) -> "Serving":
        """`app` at this address while the context lasts; answers are dated by `clock`."""
        return Serving(self._listener, app, clock)


class Serving:
    """The server and its thread."""

    def __init__(self, listener: socket.socket, app: Flask, clock: RehearsalClock) -> None:
        class Dated(WSGIRequestHandler):
            def date_time_string(self, timestamp: float | None = None) -> str:
                """The rehearsal's time: the machine's would look hours off."""
                return super().date_time_string(clock.now().timestamp() if timestamp is None else timestamp)

            def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002  the base's name
                """Say nothing: the app logs for itself."""

        host, port = listener.getsockname()[:2]
        self._server = make_server(
            host, port, app, threaded=True, request_handler=Dated, fd=listener.fileno()
        )
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
