"""Connections for `requests` that end at a deadline, however slowly the other side talks."""

import os
import socket
import threading
from collections.abc import Callable
from contextlib import ExitStack, suppress
from enum import StrEnum
from functools import partial
from typing import Any, Final, Self

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from lib.clock import Deadline
from lib.time_limit import within

LEAST_SHARE_MS: Final = 300
"""For one address, while it is left: less than a way around the world would find nobody at home."""


class ConnectFailure(StrEnum):
    """Why there is no connection."""

    UNRESOLVED = "unresolved"
    REFUSED = "refused"
    TIMED_OUT = "timed_out"


class NotConnected(Exception):
    """There is no connection to the host by the deadline.

    No OSError, which urllib3 would wrap into one of its own, whose text has the address inside.
    """

    def __init__(self, failure: ConnectFailure) -> None:
        super().__init__(failure)
        self.failure = failure


class BoundedAdapter(HTTPAdapter):
    """Connects for one exchange by `deadline`, and cuts the connection when it has passed.

    A socket's time-out bounds one read: an answer of a byte a second outlives it, and so does a name with
    many silent addresses. So the addresses share what is left, and a timer cuts the connection itself,
    through a second handle that survives the change to TLS. A resolver knows no limit: it is left behind,
    unless the caller `awaits_resolver`, because whoever waits for the caller leaves that instead.
    """

    def __init__(self, deadline: Deadline, *, awaits_resolver: bool = False) -> None:
        self._deadline = deadline
        self._awaits_resolver = awaits_resolver
        self._cut: socket.socket | None = None
        self._timer: threading.Timer | None = None
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as in the base class
        """Make the pools, with connections of ours."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _pools(self._open)

    def close(self) -> None:
        """Close every connection; what is closed is not cut any more."""
        super().close()
        if self._timer is not None:
            self._timer.cancel()
            self._timer.join()
        if self._cut is not None:
            self._cut.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _open(self, host: str, port: int) -> socket.socket:
        opened = connected(host, port, self._deadline, awaits_resolver=self._awaits_resolver)
        self._cut = socket.socket(fileno=os.dup(opened.fileno()))
        self._timer = threading.Timer(self._deadline.remaining_ms() / 1000, _shut, (self._cut,))
        self._timer.daemon = True
        self._timer.start()
        return opened


def connected(host: str, port: int, deadline: Deadline, *, awaits_resolver: bool = False) -> socket.socket:
    """A socket connected to `host`. Raises NotConnected when there is none by `deadline`.

    Each address has its share of what is left, so that a silent one does not keep the next from its turn.
    """
    failure = ConnectFailure.REFUSED
    try:
        resolve = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
        seconds = max(0.001, deadline.remaining_ms() / 1000)
        addresses = resolve() if awaits_resolver else within(seconds, resolve, name="resolve")
    except TimeoutError:
        raise NotConnected(ConnectFailure.TIMED_OUT) from None
    except (OSError, UnicodeError):
        addresses = []
        failure = ConnectFailure.UNRESOLVED
    for index, (family, kind, protocol, _, address) in enumerate(addresses):
        if deadline.passed:
            break
        left_ms = deadline.remaining_ms()
        share_ms = min(left_ms, max(left_ms / (len(addresses) - index), LEAST_SHARE_MS))
        with suppress(OSError), ExitStack() as unless_connected:  # also of a family that this machine lacks
            candidate = unless_connected.enter_context(socket.socket(family, kind, protocol))
            candidate.settimeout(max(1, share_ms) / 1000)
            candidate.connect(address)
            unless_connected.pop_all()
            return candidate
    raise NotConnected(ConnectFailure.TIMED_OUT if deadline.passed else failure)


def _shut(handle: socket.socket) -> None:
    with suppress(OSError):  # the other side was faster
        handle.shutdown(socket.SHUT_RDWR)


def _pools(open_socket: Callable[[str, int], socket.socket]) -> dict[str, type[HTTPConnectionPool]]:
    """urllib3's pools, by scheme, whose connections open their sockets by `open_socket`."""

    class Connection(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return open_socket(self.host.strip("[]"), self.port)

    class SecureConnection(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return open_socket(self.host.strip("[]"), self.port)

    class Pool(HTTPConnectionPool):
        ConnectionCls = Connection

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = SecureConnection

    return {"http": Pool, "https": SecurePool}
