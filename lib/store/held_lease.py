"""A lease while work is done under it: asked before each further piece whether it is still held.

A process may stand still at any line (a frozen instance, SIGSTOP) and go on when another has long taken its
lease over. The row decides, not a flag beside it: a waking process has heard of nothing yet.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import structlog

from lib.errors import EverytickError
from lib.log.events import LogEvent
from lib.store.lease import Lease, LeaseName, renew_lease
from lib.store.store import Connection

STANDING: Final = """
SELECT holder IS NOT NULL AND token = %s, coalesce(greatest(expires_at, everytick_now()), everytick_now())
FROM leases WHERE name = %s
"""


class LeaseTaken(EverytickError):
    """Somebody else has taken this lease since, and does the work: nothing more is done under it."""

    code = "lease_taken"
    retriable = True

    def __init__(self, name: LeaseName, *, until: datetime) -> None:
        super().__init__()
        self.name = name
        self.until = until
        """When the other's ends unless it is renewed, by the database's clock."""


@dataclass(slots=True, kw_only=True)
class HeldLease:
    """A lease that was taken."""

    lease: Lease
    _lost: bool = field(default=False, init=False)

    def check(self, connection: Connection) -> None:
        """Raise LeaseTaken when somebody else has taken it; one that ran out untaken is still held."""
        ((ours, until),) = connection.execute(STANDING, (self.lease.token, self.lease.name)).fetchall()
        if not ours:
            self._note_loss()
            raise LeaseTaken(self.lease.name, until=until)

    def renew(self, connection: Connection, *, ttl_ms: int) -> bool:
        """Extend it to `ttl_ms` from now; False when somebody else has taken it."""
        renewed = renew_lease(connection, self.lease, ttl_ms=ttl_ms)
        if not renewed:
            self._note_loss()
        return renewed

    def _note_loss(self) -> None:
        """Say it once, whoever finds it first: the work or the heartbeat beside it."""
        if not self._lost:
            self._lost = True
            structlog.get_logger().warning(LogEvent.LEASE_LOST, lease=self.lease.name, token=self.lease.token)
