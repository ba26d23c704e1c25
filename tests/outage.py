"""A store whose database goes away when the test says so: what cutting a real one cannot time exactly."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import cast

from lib.errors import EnvironmentRefused, StoreUnavailable
from lib.services import Services
from lib.store.store import Connection, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """One transaction that comes to a bad end."""

    transaction: int
    """Which one, counted from 1 since the cut was set."""
    committed: bool
    """Whether it has its effect, as when the server's word is lost, or none."""
    error: BaseException
    """What its caller sees."""


class Outage:
    """Passes transactions on to the real store, except while it is `away` and where it is cut."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.away = False
        self.left: int | None = None
        """How many transactions there will be before it goes away; None: it stays."""
        self._cut: Cut | None = None
        self._count = 0

    def cut(self, cut: Cut) -> None:
        """Let one of the next transactions come to a bad end."""
        self._cut, self._count = cut, 0

    @property
    def waits(self) -> bool:
        """Whether a cut was set whose transaction has not come."""
        return self._cut is not None

    @contextmanager
    def transaction(
        self, *, statement_timeout_ms: int | None = None, checkout_timeout_ms: int | None = None
    ) -> Iterator[Connection]:
        if self.left is not None:
            self.away = self.left <= 0
            self.left -= 1
        if self.away:
            raise StoreUnavailable
        cut = self._due()
        if cut is not None and not cut.committed:
            raise cut.error
        with self._store.transaction(
            statement_timeout_ms=statement_timeout_ms, checkout_timeout_ms=checkout_timeout_ms
        ) as connection:
            yield connection
        if cut is not None:
            raise cut.error

    @property
    def refusal(self) -> EnvironmentRefused | None:
        return self._store.refusal

    def close(self) -> None:
        self._store.close()

    def _due(self) -> Cut | None:
        self._count += 1
        cut = self._cut
        if cut is None or cut.transaction != self._count:
            return None
        self._cut = None
        return cut


def with_outage(services: Services) -> tuple[Services, Outage]:
    """`services` on a store that can go away, and that store."""
    outage = Outage(services.store)
    return replace(services, store=cast("Store", outage)), outage
