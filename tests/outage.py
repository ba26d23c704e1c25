"""A store whose database goes away when the test says so: what cutting a real one cannot time exactly."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import cast

from lib.errors import StoreUnavailable
from lib.services import Services
from lib.store.store import Connection, Store


class Outage:
    """Passes transactions on to the real store, except while it is `away`."""

    refusal = None

    def __init__(self, store: Store) -> None:
        self._store = store
        self.away = False
        self.left: int | None = None
        """How many transactions there will be before it goes away; None: it stays."""

    @contextmanager
    def transaction(
        self, *, statement_timeout_ms: int | None = None, checkout_timeout_ms: int | None = None
    ) -> Iterator[Connection]:
        if self.left is not None:
            self.away = self.left <= 0
            self.left -= 1
        if self.away:
            raise StoreUnavailable
        with self._store.transaction(
            statement_timeout_ms=statement_timeout_ms, checkout_timeout_ms=checkout_timeout_ms
        ) as connection:
            yield connection


def with_outage(services: Services) -> tuple[Services, Outage]:
    """`services` on a store that can go away, and that store."""
    outage = Outage(services.store)
    return replace(services, store=cast("Store", outage)), outage
