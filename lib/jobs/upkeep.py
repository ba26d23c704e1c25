"""What a drain does beside claiming: ends leases that ran out, promotes what is due, reads what is paused."""

from dataclasses import dataclass
from typing import Final

from lib.jobs.bookkeeping import persistently
from lib.jobs.claim import suspects_due
from lib.jobs.job import JobStatus
from lib.jobs.lease import RELEASE_BATCH, release_expired
from lib.jobs.pause import read_paused
from lib.jobs.promote import PROMOTE_BATCH, promote_due
from lib.rollout.controls import Paused
from lib.services import Services

EVERY_MS: Final = 5_000
"""How often during a drain; a pause acts within it."""
BATCHES_AT_MOST: Final = 20
"""In one go; what is left waits for the next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upkeep:
    """What was found and done."""

    released: int
    dead: int
    """Of those released: dead by crashes."""
    promoted: int
    paused: Paused
    suspects: bool
    """Whether there are due jobs with crashes."""


def keep_up(services: Services) -> Upkeep:
    """Do it once, in short transactions. Raises StoreUnavailable."""
    released = dead = promoted = 0
    for _ in range(BATCHES_AT_MOST):
        batch = persistently(services, release_expired)
        released += len(batch)
        dead += sum(one.status is JobStatus.DEAD for one in batch)
        if len(batch) < RELEASE_BATCH:
            break
    for _ in range(BATCHES_AT_MOST):
        count = persistently(services, promote_due)
        promoted += count
        if count < PROMOTE_BATCH:
            break
    paused, suspects = persistently(services, lambda c: (read_paused(c), suspects_due(c)))
    return Upkeep(released=released, dead=dead, promoted=promoted, paused=paused, suspects=suspects)
