"""PostgreSQL behind one door: pooled connections, short transactions, every wait bounded."""

import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Final, Self

import psycopg
import structlog
from psycopg_pool import ConnectionPool, PoolClosed, PoolTimeout, TooManyRequests

from lib.environment.decision import DeploymentKind
from lib.environment.fingerprints import DatabasePlace
from lib.errors import EnvironmentRefused, StoreBusy, StoreError, StoreTimedOut, StoreUnavailable
from lib.log.events import LogEvent
from lib.store.compatibility import read_marks, require_compatible
from lib.store.connection import BoundedConnection

VERIFIED_FOR_SECONDS: Final = 60.0
"""How long a connection's stamp and schema check holds; a warm instance sees a migration within it."""
LOCK_SHARE: Final = 0.6
"""A lock is waited for this share of the statement time-out, so that its own error names the cause."""
CHECK_SECONDS: Final = 1.0
"""The longest that a pooled connection may take to prove that it is alive; the wait for a connection does not
bound its check, and the connection's own limit is that of a statement."""
CLIENT_MARGIN_MS: Final = 2_000
"""How much longer than the server's statement time-out the client waits for its word."""

CLOSE_SECONDS: Final = 2.0
"""How long closing waits for the pool's threads."""

SET_TIMEOUTS: Final = (
    "SELECT set_config('statement_timeout', %s, true), set_config('lock_timeout', %s, true),"
    " set_config('idle_in_transaction_session_timeout', %s, true)"
)

Connection = psycopg.Connection[tuple[Any, ...]]
"""What a statement runs on; always inside a transaction of `Store.transaction`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreOptions:
    """How a store connects; milliseconds unless the name says otherwise."""

    dsn: str | None = field(repr=False)
    """None where no database is configured: every use then raises StoreUnavailable."""
    kind: DeploymentKind
    place: DatabasePlace | None = None
    """Of the database's address (design §9, "Stamps"); None where it cannot be told: no copy is seen then."""
    statement_timeout_ms: int = 5_000
    connect_timeout_ms: int = 3_000
    pool_max: int = 4
    prepare: bool = False
    """Server-side prepared statements; off by default, a transaction pooler breaks them."""
    read_only: bool = False
    """Whether the server itself refuses every write of its transactions, each of which sees one snapshot."""


class Store:
    """The database of one instance. Connects at the first transaction, never before."""

    def __init__(self, options: StoreOptions) -> None:
        self._options = options
        self._opening = threading.Lock()
        self._opened = False
        self._counting = threading.Lock()
        self._in_use = 0
        self.refusal: EnvironmentRefused | None = None
        """Why this database may not be used, once that is known."""
        self._pool: ConnectionPool[BoundedConnection] = ConnectionPool(
            options.dsn or "",
            connection_class=BoundedConnection,
            kwargs=_connection_arguments(options),
            configure=_only_reading if options.read_only else None,
            min_size=0,
            max_size=options.pool_max,
            max_lifetime=300,
            max_idle=60,
            timeout=options.connect_timeout_ms / 1000,
            reconnect_timeout=options.connect_timeout_ms / 1000,
            open=False,
            name="everytick",
        )

    @contextmanager
    def transaction(
        self, *, statement_timeout_ms: int | None = None, checkout_timeout_ms: int | None = None
    ) -> Iterator[Connection]:
        """One transaction: committed at the end, rolled back when the body raises.

        `statement_timeout_ms` and `checkout_timeout_ms` (the wait for a connection) replace the settings'.
        Raises StoreUnavailable (StoreTimedOut for a statement over its time, StoreBusy when no connection
        came free), EnvironmentRefused, SchemaOutdated or SchemaTooNew; whatever it raises, nothing of the
        body has been committed, a broken connection at the commit itself excepted.
        """
        limit = statement_timeout_ms or self._options.statement_timeout_ms
        try:
            with self._connection(checkout_timeout_ms) as connection:
                connection.wait_limit_seconds = (limit + CLIENT_MARGIN_MS) / 1000
                self._verify(connection)
                with connection.transaction():
                    connection.execute(
                        SET_TIMEOUTS, (str(limit), str(int(limit * LOCK_SHARE)), str(limit * 2))
                    )
                    yield connection
        except (psycopg.errors.QueryCanceled, psycopg.errors.LockNotAvailable) as error:
            raise StoreTimedOut from error
        except psycopg.errors.ReadOnlySqlTransaction as error:
            raise StoreUnavailable(
                "PostgreSQL takes no writes (a standby, or a failover under way); nothing was changed."
            ) from error
        except psycopg.errors.InsufficientPrivilege as error:
            raise StoreError(
                "The database's user lacks a right that Everytick needs: `flask db grants` prints them all."
            ) from error
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            raise StoreUnavailable from error

    def reading(self, *, pool_max: int) -> "Store":
        """A store of the same database that can only read, with a pool of its own to use up.

        The caller closes it.
        """
        return Store(replace(self._options, pool_max=pool_max, read_only=True))

    @contextmanager
    def _connection(self, timeout_ms: int | None) -> Iterator[BoundedConnection]:
        self._open()
        try:
            connection = self._answering((timeout_ms or self._options.connect_timeout_ms) / 1000)
        except (PoolTimeout, TooManyRequests, PoolClosed) as error:
            raise (StoreBusy if self._in_use >= self._options.pool_max else StoreUnavailable) from error
        with self._counted(), connection_returned(self._pool, connection):
            yield connection

    def _answering(self, seconds: float) -> BoundedConnection:
        """A pooled connection that answers, within `seconds`; raises PoolTimeout where none does.

        Checked here and not by the pool, which waits longer after each dead one: an instance that was frozen
        may wake with all of them cut, and would spend the whole time on that.
        """
        deadline = time.monotonic() + seconds
        for _ in range(self._options.pool_max + 1):
            connection = self._pool.getconn(deadline - time.monotonic())
            try:
                check_connection(connection)
            except BaseException as error:
                self._pool.putconn(connection)  # which discards a broken one
                if not isinstance(error, psycopg.Error):
                    raise
            else:
                return connection
        raise PoolTimeout("every connection of the pool was broken, and so was a new one")

    @contextmanager
    def _counted(self) -> Iterator[None]:
        """Count the connection as in use: what tells a pool that is too small from a server that is away."""
        with self._counting:
            self._in_use += 1
        try:
            yield
        finally:
            with self._counting:
                self._in_use -= 1

    def _open(self) -> None:
        if self._options.dsn is None:
            raise StoreUnavailable("No database is configured: start with bin/dev, or set DATABASE_URL.")
        with self._opening:
            if not self._opened:
                self._pool.open()
                # A command ends without closing: from Python 3.13 the pool's threads can't be joined by then.
                weakref.finalize(self, self._pool.close, timeout=CLOSE_SECONDS)
                self._opened = True

    def _verify(self, connection: BoundedConnection) -> None:
        """Check stamp and schema before the connection's first statement, and again after a while."""
        now = time.monotonic()
        if connection.verified_at is None or now - connection.verified_at > VERIFIED_FOR_SECONDS:
            try:
                require_compatible(read_marks(connection), self._options.kind, self._options.place)
            except EnvironmentRefused as refusal:
                if self.refusal is None:
                    structlog.get_logger().error(LogEvent.STORE_REFUSED, code=refusal.problem_code)
                self.refusal = refusal
                raise
            connection.verified_at = now

    def close(self) -> None:
        """Give every connection back to the server; the store cannot be used afterwards."""
        with self._opening:
            if self._opened:
                self._pool.close(timeout=CLOSE_SECONDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def check_connection(connection: BoundedConnection) -> None:
    """Raise unless `connection` answers within CHECK_SECONDS."""
    connection.wait_limit_seconds = CHECK_SECONDS
    ConnectionPool.check_connection(connection)


@contextmanager
def connection_returned(
    pool: ConnectionPool[BoundedConnection], connection: BoundedConnection
) -> Iterator[None]:
    """Put `connection` back whatever happens; the pool discards a broken one."""
    try:
        yield
    finally:
        pool.putconn(connection)


def _only_reading(connection: BoundedConnection) -> None:
    """Begin each transaction as READ ONLY, REPEATABLE READ: a pooler keeps what BEGIN says."""
    connection.read_only = True
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ


def _connection_arguments(options: StoreOptions) -> dict[str, object]:
    return {
        "application_name": "everytick",
        "connect_timeout": max(2, round(options.connect_timeout_ms / 1000)),
        "keepalives_idle": 15,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "prepare_threshold": 5 if options.prepare else None,
    }
