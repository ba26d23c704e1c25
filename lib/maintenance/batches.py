"""Short batches, each its own transaction, until nothing is due or the deadline passes (failure L16)."""

from collections.abc import Callable
from typing import Final

from lib.clock import Deadline
from lib.services import Services
from lib.store.store import Connection

BATCHES_AT_MOST: Final = 1_000
"""The bound of one call, whatever the deadline says."""


def in_batches(
    services: Services,
    deadline: Deadline,
    batch: Callable[[Connection], int],
    *,
    size: int,
) -> int:
    """Call `batch` until it affects fewer than `size` rows; the number of rows it affected in all.

    The first batch is always done, so that every tick makes some progress; none follows once the deadline
    has passed or the process was told to end. Raises LeaseTaken.
    """
    done = 0
    for _ in range(BATCHES_AT_MOST):
        with services.store.transaction() as connection:
            if services.lease:
                services.lease.check(connection)
            affected = batch(connection)
        done += affected
        if affected < size or deadline.passed or services.stopping.asked:
            break
    return done


def due_count(services: Services, statement: str, *parameters: object) -> int:
    """What `statement` (a `SELECT count(*)` over a bounded sub-select) counts."""
    with services.store.transaction() as connection:
        ((count,),) = connection.execute(statement.encode(), parameters).fetchall()
    return int(count)
