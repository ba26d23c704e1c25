"""A connection to a mail server that ends at its deadline, however slowly the server talks."""

import os
import selectors
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final, Protocol

from lib.clock import Deadline
from lib.drafts.smtp_address import SmtpServer, Transport
from lib.errors import SendDeferred
from lib.time_limit import within

LOCAL_NAME: Final = "everytick.invalid"
"""What we call ourselves in EHLO: a host's name is nobody's business, and asking for it can hang."""


CHUNK: Final = 4_096
REPLY_BYTES_LIMIT: Final = 262_144
"""What a server may say in one conversation; more is a flood, not an answer."""


class Unbuffered(Protocol):
    """Where bytes come from, as they come."""

    def read(self, size: int = ..., /) -> bytes | None:
        """What is there, up to `size`; waits where nothing is. Empty at the end."""
        ...

    def close(self) -> None:
        """Close it."""
        ...


class WholeLines:
    """The server's replies, line by line; one that was cut off in the middle counts as no reply.

    smtplib takes `2` before the end of the connection for a yes.
    """

    def __init__(self, file: Unbuffered) -> None:
        self._file = file
        self._left = REPLY_BYTES_LIMIT
        self._read = b""

    @property
    def has_more(self) -> bool:
        """Whether something was read that nobody has looked at."""
        return bool(self._read)

    def readline(self, limit: int) -> bytes:
        """The next whole line; empty at the end."""
        while b"\n" not in self._read and len(self._read) < limit:
            chunk = self._file.read(CHUNK)
            if not chunk:
                return b""
            self._read += chunk
        line, end, self._read = self._read.partition(b"\n")
        self._left -= len(line) + len(end)
        return line + end if end and len(line) < limit and self._left > 0 else b""

    def close(self) -> None:
        """Close the file beneath."""
        self._file.close()


class BoundedSmtp(smtplib.SMTP):
    """smtplib's client over a socket that was opened for it."""

    file: Any

    def __init__(self, opened: socket.socket) -> None:
        self._opened = opened
        super().__init__(local_hostname=LOCAL_NAME)

    def getreply(self) -> tuple[int, bytes]:
        """The server's whole reply; raises SMTPServerDisconnected when there is none."""
        if self.file is None and self.sock is not None:
            self.file = WholeLines(self.sock.makefile("rb", buffering=0))
        return super().getreply()

    def has_something_to_say(self) -> bool:
        """Whether the server has spoken, or hung up, without being asked."""
        if self.sock is None or self.file is None:
            return False
        if self.file.has_more:
            return True
        if isinstance(self.sock, ssl.SSLSocket) and self.sock.pending():
            return True
        with selectors.DefaultSelector() as selector:
            selector.register(self.sock, selectors.EVENT_READ)
            return bool(selector.select(timeout=0))

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        del host, port, timeout
        return self._opened


@contextmanager
def smtp_connection(server: SmtpServer, deadline: Deadline) -> Iterator[BoundedSmtp]:
    """An open connection, not greeted yet; cut at `deadline`. Raises SendDeferred when there is none in time.

    A time-out of a socket bounds one read; a server that sends a byte at a time outlives it. So a timer cuts
    the connection itself, through a second handle that survives the change to TLS.
    """
    opened = _connected(server, deadline)
    cut = socket.socket(fileno=os.dup(opened.fileno()))
    timer = threading.Timer(deadline.remaining_ms() / 1000, _cut, (cut,))
    timer.daemon = True
    timer.start()
    smtp: BoundedSmtp | None = None
    try:
        if server.transport is Transport.TLS:
            opened = ssl.create_default_context().wrap_socket(opened, server_hostname=server.host)
        smtp = BoundedSmtp(opened)
        yield smtp
    finally:
        timer.cancel()
        timer.join()
        cut.close()
        opened.close()
        if smtp is not None:
            smtp.close()


def _cut(handle: socket.socket) -> None:
    with suppress(OSError):  # the other side was faster
        handle.shutdown(socket.SHUT_RDWR)


def _connected(server: SmtpServer, deadline: Deadline) -> socket.socket:
    problem: Exception | None = None
    for family, kind, protocol, _, address in _addresses(server, deadline):
        if deadline.passed:
            break
        candidate = socket.socket(family, kind, protocol)
        try:
            candidate.settimeout(max(0.001, deadline.remaining_ms() / 1000))
            candidate.connect(address)
            candidate.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # a mail's last line goes alone
        except OSError as error:
            problem = error
            candidate.close()
        else:
            return candidate
    raise SendDeferred("The mail server cannot be reached; it is tried again.") from problem


_Address = tuple[socket.AddressFamily, socket.SocketKind, int, str, tuple[str | int, ...]]


def _addresses(server: SmtpServer, deadline: Deadline) -> list[_Address]:
    """The server's addresses, in time: the resolver itself knows no time-out."""

    def ask() -> list[_Address]:
        return list(socket.getaddrinfo(server.host, server.port, type=socket.SOCK_STREAM))  # type: ignore[arg-type]

    try:
        return within(max(0.001, deadline.remaining_ms() / 1000), ask, name="resolve")
    except TimeoutError as error:
        raise SendDeferred("The mail server's name was not resolved in time; it is tried again.") from error
    except (OSError, UnicodeError) as error:
        raise SendDeferred("The mail server's name cannot be resolved; it is tried again.") from error
