"""Somebody between the app and PostgreSQL who, as PgBouncer does, names another process than the server's."""

import socket
import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from psycopg.conninfo import conninfo_to_dict

BACKEND_KEY, READY = b"K", b"Z"
ANOTHER = struct.pack("!I", 7)


@contextmanager
def pooler(url: str) -> Iterator[str]:
    """Its address, as that of the database at `url`."""
    given = conninfo_to_dict(url)

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with connected(str(given.get("host", "")), int(given.get("port") or 5432)) as server:
                up = threading.Thread(target=pass_on, args=(self.request, server), daemon=True)
                up.start()
                with suppress(OSError):
                    greet(server, self.request)
                    pass_on(server, self.request)
                up.join(5)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as between:
        between.daemon_threads = True
        between.block_on_close = False
        thread = threading.Thread(target=between.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        here = f"{given['user']}@127.0.0.1:{between.server_address[1]}/{given['dbname']}"
        try:
            yield f"postgresql://{here}?sslmode=disable&gssencmode=disable"
        finally:
            between.shutdown()
            thread.join()


def connected(host: str, port: int) -> socket.socket:
    """To a server on TCP, or to one whose socket is in the folder `host`."""
    if not host.startswith("/"):
        return socket.create_connection((host, port))
    server = socket.socket(socket.AF_UNIX)
    server.connect(f"{host}/.s.PGSQL.{port}")
    return server


def greet(server: socket.socket, client: socket.socket) -> None:
    """Pass on the server's first messages, but for the process that they name."""
    kind = b""
    while kind != READY:
        kind = exactly(server, 1)
        length = exactly(server, 4)
        body = exactly(server, struct.unpack("!I", length)[0] - 4)
        client.sendall(kind + length + (ANOTHER + body[4:] if kind == BACKEND_KEY else body))


def exactly(source: socket.socket, count: int) -> bytes:
    read = b""
    while len(read) < count:
        piece = source.recv(count - len(read))
        if not piece:
            raise ConnectionResetError
        read += piece
    return read


def pass_on(source: socket.socket, target: socket.socket) -> None:
    """Until one side ends."""
    with suppress(OSError):
        while piece := source.recv(65_536):
            target.sendall(piece)
        target.shutdown(socket.SHUT_WR)
