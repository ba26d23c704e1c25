"""A way to the database that can fall silent with its connections open: a frozen host, a dropped route."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from psycopg.conninfo import conninfo_to_dict, make_conninfo


class FrozenServer:
    """Passes bytes on both ways while `flowing` is set."""

    def __init__(self, listener: socket.socket, url: str) -> None:
        self.flowing = threading.Event()
        self.flowing.set()
        self._listener = listener
        facts = conninfo_to_dict(url)
        self._host, self._port = str(facts.get("host") or "127.0.0.1"), int(facts.get("port") or 5432)
        self._sockets: list[socket.socket] = []

    def serve(self) -> None:
        """Accept until the listener is closed."""
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = self._connect()
                self._sockets += [client, server]
                for source, sink in ((client, server), (server, client)):
                    threading.Thread(target=self._pass_on, args=(source, sink), daemon=True).start()

    def close(self) -> None:
        """End every connection."""
        self.flowing.set()
        for held in self._sockets:
            with contextlib.suppress(OSError):
                held.shutdown(socket.SHUT_RDWR)
            held.close()

    def _connect(self) -> socket.socket:
        if not self._host.startswith("/"):
            return socket.create_connection((self._host, self._port))
        server = socket.socket(socket.AF_UNIX)
        server.connect(f"{self._host}/.s.PGSQL.{self._port}")
        return server

    def _pass_on(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65_536):
                self.flowing.wait()
                sink.sendall(data)


@contextmanager
def frozen_server(url: str) -> Iterator[tuple[FrozenServer, str]]:
    """A way to the database at `url`, and the address that goes by it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = FrozenServer(listener, url)
        threading.Thread(target=server.serve, daemon=True).start()
        try:
            yield server, make_conninfo(url, host="127.0.0.1", port=listener.getsockname()[1])
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            server.close()
