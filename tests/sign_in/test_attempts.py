"""Attempts to sign in, counted for all instances together (design §4)."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from pydantic import SecretStr

from lib.composition import Composition
from lib.services import Services
from lib.sign_in.attempts import SOURCE_LIMIT, TOTAL_LIMIT, WINDOW_SECONDS, may_attempt
from tests.conftest import Database

TOKEN = SecretStr("test-operator-token-0123456789")


def attempt(services: Services, source: str = "192.0.2.1") -> bool:
    with services.store.transaction() as connection:
        return may_attempt(connection, TOKEN, source=source)


def patient(composed: Callable[..., Composition]) -> Services:
    """An instance in which many threads wait for a connection, however busy the machine is."""
    held = composed(DATABASE_CONNECT_TIMEOUT_MS="30000").services
    assert held is not None
    return held


class TestLimits:
    def test_of_one_source(self, services: Services) -> None:
        assert [attempt(services) for _ in range(SOURCE_LIMIT + 2)] == [*[True] * SOURCE_LIMIT, False, False]
        assert attempt(services, "192.0.2.2")

    def test_of_all_sources_together(self, services: Services, database: Database) -> None:
        """A caller that chooses its sources gets no further, and fills no table."""
        assert all(attempt(services, f"source {n}") for n in range(TOTAL_LIMIT))
        assert not attempt(services, "another")
        assert database.value("SELECT count(*) FROM sign_in_attempts") == TOTAL_LIMIT + 1

    def test_one_source_cannot_use_up_everybody_s(self, services: Services) -> None:
        for _ in range(TOTAL_LIMIT + SOURCE_LIMIT):
            attempt(services)
        assert attempt(services, "192.0.2.2")

    def test_the_next_window_begins_anew(self, services: Services, database: Database) -> None:
        while attempt(services):
            pass
        database.shift_clock(timedelta(seconds=WINDOW_SECONDS))
        assert attempt(services)

    def test_those_at_once_are_counted_each(self, composed: Callable[..., Composition]) -> None:
        services = patient(composed)
        allowed: list[bool] = []
        threads = [
            threading.Thread(target=lambda: allowed.append(attempt(services)))
            for _ in range(SOURCE_LIMIT + 6)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert (allowed.count(True), allowed.count(False)) == (SOURCE_LIMIT, 6)


class TestKept:
    def test_no_address_is(self, services: Services, database: Database) -> None:
        attempt(services, "192.0.2.77")
        assert "192.0.2.77" not in str(database.rows("SELECT * FROM sign_in_attempts"))

    def test_not_for_long(self, services: Services, database: Database) -> None:
        attempt(services, "then")
        database.shift_clock(timedelta(days=1, seconds=WINDOW_SECONDS))
        attempt(services, "now")
        assert database.value("SELECT count(*) FROM sign_in_attempts") == 2


@pytest.fixture(autouse=True)
def _begin_of_a_window(database: Database) -> None:
    """No window ends while a test counts."""
    gone = database.value("SELECT extract(epoch FROM everytick_now()) %% %s", WINDOW_SECONDS)
    database.shift_clock(timedelta(seconds=-float(gone)))
