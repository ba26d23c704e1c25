"""A Redis database that is one test session's own, on a server that several may use."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from urllib.parse import urlsplit

import redis

MARK: Final = "everytick-tests"
"""The key that says whose a database is."""
NUMBERS: Final = range(1, 16)


class NoneFree(Exception):
    """The server named by TEST_REDIS_URL has no empty database among 1 to 15: flush one of them."""


def database_url(server: str, number: int) -> str:
    """The URL of database `number` on `server`, whatever database `server` itself names."""
    if server.startswith("unix:"):
        return f"{server.partition('?')[0]}?db={number}"
    return urlsplit(server)._replace(path=f"/{number}", query="").geturl()


@contextmanager
def claimed_database(server: str) -> Iterator[str]:
    """The URL of a database that was empty, or was left by a session that died on this machine.

    Emptied at the end. Raises NoneFree.
    """
    for number in NUMBERS:
        url = database_url(server, number)
        with redis.Redis.from_url(url) as client:
            if not _claim(client):
                continue
            try:
                yield url
            finally:
                client.flushdb()
            return
    raise NoneFree(NoneFree.__doc__)


def empty(client: "redis.Redis") -> None:
    """Empty a claimed database, at no moment leaving it for another session to claim."""
    with client.pipeline(transaction=True) as at_once:
        at_once.flushdb()
        at_once.set(MARK, _ours())
        at_once.execute()


def _claim(client: "redis.Redis") -> bool:
    with client.pipeline() as pipe:
        pipe.watch(MARK)  # type: ignore[no-untyped-call]  # redis-py leaves it untyped
        holder = pipe.get(MARK)
        if not (_is_dead(holder.decode()) if isinstance(holder, bytes) else client.dbsize() == 0):
            return False
        pipe.multi()
        pipe.flushdb()
        pipe.set(MARK, _ours())
        try:
            pipe.execute()
        except redis.WatchError:
            return False
    return True


def _ours() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


def _is_dead(holder: str) -> bool:
    host, _, pid = holder.rpartition(":")
    if host != socket.gethostname() or not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
