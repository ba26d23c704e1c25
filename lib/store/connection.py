"""A PostgreSQL connection whose every wait ends."""

from typing import TypeVar

import psycopg
from psycopg.abc import PQGen
from psycopg.rows import TupleRow

_Result = TypeVar("_Result")


class BoundedConnection(psycopg.Connection[TupleRow]):
    """A connection that closes itself rather than wait longer than its limit for the server.

    The server's own `statement_timeout` ends slow statements; this ends the wait for a server that has
    stopped answering at all (a dropped route, a frozen host), which no server-side setting can.
    """

    wait_limit_seconds: float = 30.0
    """The longest single wait, seconds; set anew for each transaction."""
    verified_at: float | None = None
    """When the stamp and schema were last seen to fit, `time.monotonic()`; None before."""

    def wait(self, gen: PQGen[_Result], interval: float = 0.1, timeout: float | None = None) -> _Result:
        """Run psycopg's `gen` to its end; raises ServerSilent at the limit."""
        try:
            return super().wait(gen, interval, timeout or self.wait_limit_seconds)
        except psycopg.errors._WaitTimeout as error:  # noqa: SLF001 - the name that `wait` documents
            self.pgconn.finish()
            raise ServerSilent("the server did not answer in time") from error


class ServerSilent(psycopg.OperationalError):
    """The server did not answer within the client's own limit."""
