"""A migrated database of one's own on a given server, gone at the end."""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import psycopg

from lib.environment.decision import DeploymentKind
from lib.store.migrate import upgrade_database


@contextmanager
def scratch_database(server: str) -> Iterator[str]:
    """Its URL; `server` is that of any database on the same server, with the right to create others."""
    name = f"everytick_test_{os.getpid()}_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
        # Nothing in it outlives its user; what a crash loses is tested on servers of the tests' own.
        connection.execute(f'ALTER DATABASE "{name}" SET synchronous_commit = off'.encode())
    url = urlsplit(server)._replace(path=f"/{name}").geturl()
    try:
        upgrade_database(url, kind=DeploymentKind.DEVELOPMENT, said=DeploymentKind.DEVELOPMENT)
        yield url
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())
