import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import timedelta

import psycopg
import pytest
from structlog.testing import capture_logs

from lib.environment.decision import DeploymentKind
from lib.environment.fingerprints import DatabasePlace
from lib.errors import (
    EnvironmentRefused,
    SchemaOutdated,
    SchemaTooNew,
    StoreBusy,
    StoreError,
    StoreTimedOut,
    StoreUnavailable,
)
from lib.store.store import Store, StoreOptions
from tests.conftest import Database
from tests.store.frozen_server import frozen_server

DEVELOPMENT = DeploymentKind.DEVELOPMENT


def place_of(fingerprint: str, *, name: str = "app", is_local: bool = False) -> DatabasePlace:
    return DatabasePlace(fingerprint=fingerprint, name=name, is_local=is_local)


POOLED = 4


@pytest.fixture
def store(database: Database) -> Iterator[Store]:
    with Store(StoreOptions(dsn=database.url, kind=DEVELOPMENT, pool_max=POOLED)) as held:
        yield held


class TestTransaction:
    def test_commits_at_the_end(self, store: Store, database: Database) -> None:
        with store.transaction() as connection:
            connection.execute("INSERT INTO workspaces (name) VALUES ('kept')")
        assert database.rows("SELECT name FROM workspaces") == [("kept",)]

    def test_rolls_back_what_raises(self, store: Store, database: Database) -> None:
        with pytest.raises(ZeroDivisionError), store.transaction() as connection:
            connection.execute("INSERT INTO workspaces (name) VALUES ('lost')")
            raise ZeroDivisionError
        assert database.rows("SELECT name FROM workspaces") == []

    def test_one_that_reads_cannot_write(self, store: Store, database: Database) -> None:
        """Refused by the server itself, which does not take it back (failure L19)."""
        with store.reading(pool_max=1) as reading:
            with pytest.raises(StoreUnavailable), reading.transaction() as connection:
                connection.execute("INSERT INTO workspaces (name) VALUES ('lost')")
            with pytest.raises(psycopg.errors.ActiveSqlTransaction), reading.transaction() as connection:
                connection.execute("SELECT 1")
                connection.execute("SET TRANSACTION READ WRITE")
        assert database.rows("SELECT name FROM workspaces") == []

    def test_one_that_reads_has_a_pool_of_its_own(self, store: Store) -> None:
        with store.reading(pool_max=1) as reading, reading.transaction():
            with store.transaction() as connection:
                assert connection.execute("SHOW transaction_read_only").fetchone() == ("off",)

    def test_ends_a_slow_statement(self, store: Store) -> None:
        """Every external call has a total deadline; a statement's is the server's own."""
        with pytest.raises(StoreTimedOut), store.transaction(statement_timeout_ms=100) as connection:
            connection.execute("SELECT pg_sleep(10)")

    def test_ends_the_wait_for_a_lock(self, store: Store, database: Database) -> None:
        database.run("INSERT INTO workspaces (name) VALUES ('contended')")
        lock = "SELECT 1 FROM workspaces FOR UPDATE"
        with store.transaction() as first, first.cursor() as cursor:
            cursor.execute(lock)
            with pytest.raises(StoreTimedOut), store.transaction(statement_timeout_ms=200) as second:
                second.execute(lock)

    def test_serves_again_after_its_connections_were_cut(self, store: Store, database: Database) -> None:
        with store.transaction() as connection:
            ((backend,),) = connection.execute("SELECT pg_backend_pid()").fetchall()
        database.run("SELECT pg_terminate_backend(%s)", backend)
        with store.transaction() as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)

    def test_serves_at_once_when_all_its_connections_were_cut(self, store: Store, database: Database) -> None:
        """An instance frozen between requests wakes with every pooled connection ended by the other side."""
        together = threading.Barrier(POOLED)

        def use() -> None:
            with store.transaction() as connection:
                connection.execute("SELECT 1")
                together.wait(30)

        threads = [threading.Thread(target=use) for _ in range(POOLED)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        cut = database.rows(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name = 'everytick'"
        )
        assert len(cut) == POOLED
        with store.transaction() as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)

    def test_names_a_connection_that_broke_in_the_middle(self, store: Store, database: Database) -> None:
        with pytest.raises(StoreUnavailable), store.transaction() as connection:
            ((backend,),) = connection.execute("SELECT pg_backend_pid()").fetchall()
            database.run("SELECT pg_terminate_backend(%s)", backend)
            connection.execute("SELECT 1")

    def test_fails_fast_when_the_pool_is_empty(self, database: Database) -> None:
        """Failure D8: a saturated pool answers soon instead of queueing, and is told from an outage."""
        options = StoreOptions(dsn=database.url, kind=DEVELOPMENT, pool_max=1)
        with Store(options) as small, small.transaction(), pytest.raises(StoreBusy):
            with small.transaction(checkout_timeout_ms=100):
                pass

    def test_a_server_that_takes_no_writes_is_unavailable(self, store: Store) -> None:
        """A standby, or a failover under way: the caller comes again."""
        with pytest.raises(StoreUnavailable, match="no writes"), store.transaction() as connection:
            connection.execute("SET TRANSACTION READ ONLY")
            connection.execute("INSERT INTO workspaces (name) VALUES ('x')")

    def test_a_missing_right_is_named(self, store: Store, database: Database) -> None:
        database.run("CREATE ROLE everytick_nobody")
        try:
            with pytest.raises(StoreError, match="lacks a right"), store.transaction() as connection:
                connection.execute("SET LOCAL ROLE everytick_nobody")
                connection.execute("SELECT * FROM workspaces")
        finally:
            database.run("DROP ROLE everytick_nobody")

    def test_says_what_to_do_without_a_database(self) -> None:
        with Store(StoreOptions(dsn=None, kind=DEVELOPMENT)) as store:
            with pytest.raises(StoreUnavailable, match="DATABASE_URL"), store.transaction():
                pass


class TestUnreachable:
    def test_refused_is_unavailable(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
        options = StoreOptions(
            dsn=f"postgresql://nobody@127.0.0.1:{port}/x", kind=DEVELOPMENT, connect_timeout_ms=300
        )
        with Store(options) as store, pytest.raises(StoreUnavailable), store.transaction():
            pass

    def test_a_server_that_says_nothing_is_unavailable(self) -> None:
        """A black hole accepts and never answers; the wait for a connection still ends."""
        with socket.create_server(("127.0.0.1", 0)) as hole:
            port = hole.getsockname()[1]
            options = StoreOptions(
                dsn=f"postgresql://nobody@127.0.0.1:{port}/x", kind=DEVELOPMENT, connect_timeout_ms=300
            )
            with Store(options) as store, pytest.raises(StoreUnavailable), store.transaction():
                pass

    def test_the_wait_for_a_connection_ends_when_the_pooled_ones_fell_silent(
        self, database: Database
    ) -> None:
        """/api/health/ready takes a second a check (design §4), whatever the last statement was allowed."""
        with frozen_server(database.url) as (server, url):
            with Store(StoreOptions(dsn=url, kind=DEVELOPMENT, statement_timeout_ms=20_000)) as store:
                with store.transaction():
                    pass
                server.flowing.clear()
                began = time.monotonic()
                with pytest.raises(StoreUnavailable), store.transaction(checkout_timeout_ms=1_000):
                    pass
                assert time.monotonic() - began < 3


class TestVerification:
    """The stamp and the schema are checked on each new connection, before any other statement (design §9)."""

    @pytest.mark.parametrize(
        ("stamp", "kind", "refused"),
        [
            ("production", DeploymentKind.PRODUCTION, False),
            ("production", DeploymentKind.PREVIEW, True),
            ("production", DeploymentKind.DEVELOPMENT, True),
            ("preview", DeploymentKind.PRODUCTION, True),
            ("development", DeploymentKind.PRODUCTION, True),
            ("preview", DeploymentKind.PREVIEW, False),
            ("preview", DeploymentKind.DEVELOPMENT, False),
            ("development", DeploymentKind.PREVIEW, False),
        ],
    )
    def test_production_and_others_never_meet(
        self, database: Database, stamp: str, kind: DeploymentKind, *, refused: bool
    ) -> None:
        database.run("UPDATE environment_stamp SET kind = %s", stamp)
        with Store(StoreOptions(dsn=database.url, kind=kind)) as store:
            if not refused:
                with store.transaction() as connection:
                    assert connection.execute("SELECT 1").fetchone() == (1,)
                return
            with pytest.raises(EnvironmentRefused) as caught, store.transaction():
                pass
            assert caught.value.problem_code == "database_stamp_mismatch"

    def test_the_log_says_a_refusal_once(self, database: Database) -> None:
        """Every route is refused from then on; a line for each request would bury the reason."""
        database.run("UPDATE environment_stamp SET kind = 'production'")
        with Store(StoreOptions(dsn=database.url, kind=DEVELOPMENT)) as store, capture_logs() as lines:
            for _ in range(2):
                with pytest.raises(EnvironmentRefused), store.transaction():
                    pass
        assert lines == [{"event": "store.refused", "log_level": "error", "code": "database_stamp_mismatch"}]

    @pytest.mark.parametrize(("name", "refused"), [("app", False), ("app_restored", True)])
    def test_through_a_tunnel_the_name_tells(self, database: Database, name: str, *, refused: bool) -> None:
        """Taken over by mistake from somebody's desk, the original would refuse its own deployment."""
        database.run("UPDATE environment_stamp SET fingerprint = 'elsewhere', database_name = 'app'")
        place = place_of("0123456789abcdef", name=name, is_local=True)
        with (
            Store(StoreOptions(dsn=database.url, kind=DEVELOPMENT, place=place)) as store,
            pytest.raises(EnvironmentRefused) if refused else nullcontext(),
            store.transaction(),
        ):
            pass

    @pytest.mark.parametrize(
        ("stamped", "own", "refused"),
        [
            ("0123456789abcdef", "0123456789abcdef", False),
            ("0123456789abcdef", "fedcba9876543210", True),
            ("embedded", "0123456789abcdef", True),
            ("embedded", "embedded", False),
            (None, "0123456789abcdef", False),
            ("0123456789abcdef", None, False),
        ],
    )
    def test_a_copy_is_told_by_its_address(
        self, database: Database, stamped: str | None, own: str | None, *, refused: bool
    ) -> None:
        """Where either is unknown there is nothing to compare (design §9)."""
        database.run("UPDATE environment_stamp SET fingerprint = %s", stamped)
        with Store(
            StoreOptions(dsn=database.url, kind=DEVELOPMENT, place=place_of(own) if own else None)
        ) as store:
            if not refused:
                with store.transaction():
                    pass
                return
            with pytest.raises(EnvironmentRefused) as found, store.transaction():
                pass
        assert found.value.problem_code == "database_is_a_copy"

    def test_an_older_schema_names_the_missing_revision(self, database: Database) -> None:
        """Failure D12: code ahead of its database answers clearly and does no partial work."""
        database.run("UPDATE schema_compatibility SET schema_version = 2, min_app_schema = 1")
        with Store(StoreOptions(dsn=database.url, kind=DEVELOPMENT)) as store:
            with pytest.raises(SchemaOutdated, match="flask db upgrade"), store.transaction():
                pass

    def test_a_newer_schema_is_fine(self, database: Database) -> None:
        """A platform's instant rollback runs old code on a new schema."""
        database.run("UPDATE schema_compatibility SET schema_version = 99")
        with Store(StoreOptions(dsn=database.url, kind=DEVELOPMENT)) as store, store.transaction():
            pass

    def test_a_schema_that_no_longer_serves_this_code_is_refused(self, database: Database) -> None:
        database.run("UPDATE schema_compatibility SET schema_version = 99, min_app_schema = 98")
        with Store(StoreOptions(dsn=database.url, kind=DEVELOPMENT)) as store:
            with pytest.raises(SchemaTooNew), store.transaction():
                pass


class TestClock:
    def test_everybody_sees_the_shifted_clock(self, store: Store, database: Database) -> None:
        """Windows, leases and grace go by one SQL function, which tests shift (design §1.4)."""
        database.shift_clock(timedelta(days=3))
        with store.transaction() as connection:
            ((ahead,),) = connection.execute("SELECT everytick_now() - statement_timestamp()").fetchall()
        assert ahead == timedelta(days=3)


class TestThreads:
    def test_one_store_serves_many_threads(self, store: Store, database: Database) -> None:
        def insert(number: int) -> None:
            with store.transaction() as connection:
                connection.execute("INSERT INTO workspaces (name) VALUES (%s)", (f"w{number}",))

        threads = [threading.Thread(target=insert, args=(number,)) for number in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=30)
        assert database.value("SELECT count(*) FROM workspaces") == 12


def test_a_process_that_ends_without_closing_has_its_pool_closed(database: Database) -> None:
    """Python 3.13 and newer cannot join the pool's threads any later: a command waited 20 s at its end."""
    code = (
        "import atexit, sys, threading\n"
        "names = lambda: [t.name for t in threading.enumerate() if t.name.startswith('everytick-')]\n"
        "atexit.register(lambda: print('at the end:', names()))\n"  # runs after what is registered later
        "from lib.environment.decision import DeploymentKind\n"
        "from lib.store.store import Store, StoreOptions\n"
        "store = Store(StoreOptions(dsn=sys.argv[1], kind=DeploymentKind.DEVELOPMENT))\n"
        "with store.transaction(): print('while open:', bool(names()))\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code, database.url], capture_output=True, text=True, check=True, timeout=60
    )
    assert ended.stdout.splitlines() == ["while open: True", "at the end: []"]
