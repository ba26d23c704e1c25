import psycopg
import pytest

from lib.store.connection import BoundedConnection, ServerSilent
from tests.conftest import Database


class TestWait:
    def test_ends_when_the_server_says_nothing(self, database: Database) -> None:
        """No server-side time-out can end the wait for a server that is gone; the client's own does."""
        with BoundedConnection.connect(database.url) as connection:
            connection.wait_limit_seconds = 0.3
            with pytest.raises(ServerSilent):
                connection.execute("SELECT pg_sleep(30)")
            assert connection.closed

    def test_is_an_operational_error(self) -> None:
        assert issubclass(ServerSilent, psycopg.OperationalError)
