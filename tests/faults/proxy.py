"""A way to a server, on 127.0.0.1, that goes wrong when the test says so."""

import contextlib
import errno
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

Address = str | tuple[str, int]
"""A socket's path, or host and port."""
CHUNK: Final = 65_536
DRIP_SECONDS: Final = 0.02
"""Between two bytes of an answer that drips."""
BEGINNING: Final = (
    b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{"ids": ["'
)
NONSENSE: Final = b"\x16\x03\x01 neither one protocol nor another\r\n\r\n"


class Mode(StrEnum):
    """What becomes of connections, those that are open included."""

    PASS = "passes"
    REFUSE = "refuses"
    """Nobody listens; open connections are reset."""
    HANG = "hangs"
    """Whoever connects, or is connected, hears nothing more; not later either, as by a lost route."""
    DRIP = "drips"
    """Answers come byte by byte."""
    RESET = "resets"
    """Each connection is reset at the first byte of the answer."""
    TRUNCATE = "truncates"
    """Each connection is closed after the first bytes of the answer."""
    DELAY = "delays"
    """Each part of an answer comes late."""
    NONSENSE = "talks nonsense"
    """Rubbish comes instead of the answer."""


@dataclass(kw_only=True)
class _Trouble:
    mode: Mode = Mode.PASS
    seconds: float = 0.0
    length: int = 0
    swallows: bool = False


class Proxy:
    """Passes bytes on both ways, or does what its mode says."""

    def __init__(self, upstream: Address) -> None:
        self.upstream = upstream
        self.fired = 0
        """How many connections a trouble has touched."""
        self._trouble = _Trouble()
        self._changed = threading.Condition()
        self._open: set[socket.socket] = set()
        self._touched: set[socket.socket] = set()
        self._closed = False
        self._listener = _bound(0)
        self.port: int = self._listener.getsockname()[1]
        self._listen()

    def set(self, mode: Mode, *, seconds: float = 0.0, length: int = 0, swallows: bool = False) -> None:
        """From now on, for every connection; `seconds` for DELAY, `length` for TRUNCATE.

        With `swallows` what is asked never reaches the server, and the beginning of an answer of HTTP's comes
        as the mode says.
        """
        refused = self._trouble.mode is Mode.REFUSE
        self._trouble = _Trouble(mode=mode, seconds=seconds, length=length, swallows=swallows)
        if mode is Mode.REFUSE and not refused:
            self._shut(self._listener)
            self._listener = _bound(self.port)  # taken, and not listened to
            self.cut()
        elif refused and mode is not Mode.REFUSE:
            self._listen()

    def cut(self) -> None:
        """Reset every open connection."""
        with self._changed:
            held = list(self._open)
        for one in held:
            _reset(one)

    def refuses(self) -> bool:
        """Whether a connection is refused now."""
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == errno.ECONNREFUSED

    def close(self) -> None:
        """End everything."""
        self._shut(self._listener)
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self.cut()

    def _listen(self) -> None:
        self._listener.listen(64)
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        try:
            server = _connected(self.upstream)
        except OSError:
            _reset(client)
            client.close()
            return
        with self._changed:
            self._open |= {client, server}
        back = threading.Thread(target=self._pass_back, args=(server, client), daemon=True)
        back.start()
        with contextlib.suppress(OSError):
            while data := client.recv(CHUNK):
                self._flow(client)
                if self._trouble.swallows:
                    self._answer(client, BEGINNING)
                else:
                    server.sendall(data)
        self._end(server)
        back.join()
        with self._changed:
            self._open -= {client, server}
        client.close()
        server.close()

    def _pass_back(self, server: socket.socket, client: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := server.recv(CHUNK):
                self._answer(client, data)
        self._end(client)

    def _answer(self, client: socket.socket, data: bytes) -> None:
        """Pass on one part of an answer; raises OSError where that is the connection's end."""
        self._flow(client)
        trouble = self._trouble
        if trouble.mode is not Mode.PASS:
            self._touch(client)
        match trouble.mode:
            case Mode.DRIP:
                for byte in data:
                    time.sleep(DRIP_SECONDS)
                    client.sendall(bytes([byte]))
                    if self._trouble is not trouble:
                        self._flow(client)
            case Mode.DELAY:
                time.sleep(trouble.seconds)
                client.sendall(data)
            case Mode.RESET:
                _reset(client)
                raise ConnectionResetError
            case Mode.TRUNCATE:
                client.sendall(data[: trouble.length])
                raise ConnectionAbortedError
            case Mode.NONSENSE:
                client.sendall(NONSENSE)
                raise ConnectionAbortedError
            case _:
                client.sendall(data)

    def _flow(self, client: socket.socket) -> None:
        """Keep silent for good where connections hang. Raises OSError at the proxy's end."""
        with self._changed:
            if self._trouble.mode is not Mode.HANG:
                return
            self._count(client)
            self._changed.wait_for(lambda: self._closed)
        raise ConnectionResetError

    def _touch(self, client: socket.socket) -> None:
        with self._changed:
            self._count(client)

    def _count(self, client: socket.socket) -> None:
        if client not in self._touched:
            self._touched.add(client)
            self.fired += 1

    def _end(self, one: socket.socket) -> None:
        with contextlib.suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)

    def _shut(self, listener: socket.socket) -> None:
        self._end(listener)
        listener.close()


@contextmanager
def proxy(upstream: Address) -> Iterator[Proxy]:
    """A way to `upstream`, closed at the end."""
    held = Proxy(upstream)
    try:
        yield held
    finally:
        held.close()


def _bound(port: int) -> socket.socket:
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind(("127.0.0.1", port))
    return made


def _connected(upstream: Address) -> socket.socket:
    if isinstance(upstream, tuple):
        return socket.create_connection(upstream, timeout=None)
    made = socket.socket(socket.AF_UNIX)
    try:
        made.connect(upstream)
    except OSError:
        made.close()
        raise
    return made


def _reset(one: socket.socket) -> None:
    """End a connection with RST, as far as it is one of TCP."""
    with contextlib.suppress(OSError):
        one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        one.shutdown(socket.SHUT_RDWR)
