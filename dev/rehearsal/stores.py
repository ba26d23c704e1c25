"""A database and a Redis database of one deployment's own, gone at the end."""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from tests.redis_claim import claimed_database


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """Their addresses; the database is empty and has no stamp."""

    database_url: str
    redis_url: str


@contextmanager
def scratch_stores(*, database_server: str, redis_server: str) -> Iterator[Stores]:
    """Give new ones on the servers named, removed afterwards with all that is in them."""
    name = f"everytick_rehearsal_{os.getpid()}_{uuid.uuid4().hex[:8]}"
    _run_sql(database_server, sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    try:
        with claimed_database(redis_server) as redis_url:
            yield Stores(
                database_url=urlsplit(database_server)._replace(path=f"/{name}").geturl(),
                redis_url=redis_url,
            )
    finally:
        _run_sql(database_server, sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def cut_connections(database_url: str) -> int:
    """End every other connection to the database, as a pooler does; give how many there were."""
    with psycopg.connect(database_url, autocommit=True, connect_timeout=10) as connection:
        return len(
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            ).fetchall()
        )


def job_states(database_url: str) -> dict[str, int]:
    """How many jobs there are in each state."""
    with psycopg.connect(database_url, connect_timeout=10) as connection:
        rows = connection.execute("SELECT status, count(*) FROM jobs GROUP BY status").fetchall()
    return {str(status): int(count) for status, count in rows}


def _run_sql(server: str, statement: sql.Composed) -> None:
    with psycopg.connect(server, autocommit=True, connect_timeout=10) as connection:
        connection.execute(statement)
