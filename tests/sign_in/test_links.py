"""A link signs in once, soon after it was made, and nothing that is kept can be used as one (design §3)."""

import random
import threading
from collections.abc import Callable
from datetime import timedelta

from pydantic import SecretStr

from lib.composition import Composition
from lib.services import Services
from lib.sign_in.links import LINK_SECONDS, make_link, use_link
from tests.conftest import Database

TOKEN = SecretStr("test-operator-token-0123456789")


def make(services: Services, token: SecretStr = TOKEN) -> str:
    with services.store.transaction() as connection:
        return make_link(connection, token, chance=services.random, actor="cli:ada")


def use(services: Services, word: str, token: SecretStr = TOKEN) -> str | None:
    with services.store.transaction() as connection:
        return use_link(connection, token, word)


def patient(composed: Callable[..., Composition]) -> Services:
    """An instance in which many threads wait for a connection, however busy the machine is."""
    held = composed(DATABASE_CONNECT_TIMEOUT_MS="30000").services
    assert held is not None
    return held


class TestLink:
    def test_works_once(self, services: Services) -> None:
        word = make(services)
        assert [use(services, word), use(services, word)] == ["cli:ada", None]

    def test_works_once_also_for_those_who_come_together(self, composed: Callable[..., Composition]) -> None:
        services = patient(composed)
        word = make(services)
        used: list[str | None] = []
        threads = [threading.Thread(target=lambda: used.append(use(services, word))) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert (used.count("cli:ada"), used.count(None)) == (1, 7)

    def test_holds_for_ten_minutes(self, services: Services, database: Database) -> None:
        first, second = make(services), make(services)
        database.shift_clock(timedelta(seconds=LINK_SECONDS - 60))
        assert use(services, first) == "cli:ada"
        database.shift_clock(timedelta(seconds=LINK_SECONDS))
        assert use(services, second) is None

    def test_ends_with_the_token(self, services: Services) -> None:
        assert use(services, make(services), SecretStr("another-token")) is None

    def test_each_is_another(self, services: Services) -> None:
        assert len({make(services) for _ in range(20)}) == 20
        assert len(make(services)) == 43

    def test_what_is_kept_opens_nothing(self, services: Services, database: Database) -> None:
        word = make(services)
        kept = str(database.rows("SELECT * FROM sign_in_links"))
        (hashed,) = database.rows("SELECT encode(link_hash, 'hex') FROM sign_in_links")
        assert word not in kept
        assert use(services, hashed[0]) is None

    def test_what_was_not_used_is_forgotten(self, services: Services, database: Database) -> None:
        for _ in range(3):
            make(services)
        database.shift_clock(timedelta(seconds=LINK_SECONDS))
        make(services)
        assert database.value("SELECT count(*) FROM sign_in_links") == 1

    def test_of_another_s_making_is_none(self, services: Services) -> None:
        make(services)
        guess = random.Random(3).randbytes(32).hex()
        assert [use(services, word) for word in ("", guess, "\0", "ü" * 5000)] == [None] * 4
