from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from uuid import uuid4

import pytest
from structlog.testing import capture_logs

from lib.errors import StoreUnavailable
from lib.jobs.bookkeeping import TRIES, Bookkeeper, persistently
from lib.jobs.holdings import Holdings
from lib.jobs.settle import Settlement
from lib.jobs.summary import Tally
from lib.store.store import Connection, Store
from tests.jobs.conftest import Queue


class Flaky(Store):
    """A store that is away for its first transactions."""

    def __init__(self, store: Store, failures: int) -> None:
        self._store = store
        self.failures = failures
        self.calls = 0

    @contextmanager
    def transaction(
        self, *, statement_timeout_ms: int | None = None, checkout_timeout_ms: int | None = None
    ) -> Iterator[Connection]:
        self.calls += 1
        if self.calls <= self.failures:
            raise StoreUnavailable
        with self._store.transaction(
            statement_timeout_ms=statement_timeout_ms, checkout_timeout_ms=checkout_timeout_ms
        ) as connection:
            yield connection


@pytest.mark.parametrize("failures", range(TRIES))
def test_a_short_absence_passes_unnoticed(queue: Queue, failures: int) -> None:
    services = replace(queue.services, store=Flaky(queue.services.store, failures))
    assert persistently(services, lambda c: c.execute("SELECT 7").fetchone()) == (7,)


def test_a_long_one_ends_the_drain(queue: Queue) -> None:
    store = Flaky(queue.services.store, 99)
    with pytest.raises(StoreUnavailable):
        persistently(replace(queue.services, store=store), lambda c: c.execute("SELECT 7"))
    assert store.calls == TRIES


def test_a_lost_lease_counts_as_skipped(queue: Queue) -> None:
    """An end that finds its job in other hands is no success: logged, and counted as skipped (L6)."""
    tally = Tally()
    books = Bookkeeper(queue.services, Holdings(), tally)
    with capture_logs() as lines:
        books.exchange([Settlement(job_id=1, token=uuid4(), kind="test.probe", decision=None)])
    assert (tally["skipped"], tally["succeeded"]) == (1, 0)
    assert [line["event"] for line in lines] == ["job.lease_lost"]


def test_nothing_to_write(queue: Queue) -> None:
    store = Flaky(queue.services.store, 0)
    assert Bookkeeper(replace(queue.services, store=store), Holdings(), Tally()).exchange([]) == []
    assert store.calls == 0
