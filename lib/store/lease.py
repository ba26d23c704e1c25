"""Single flight by a lease row: one holder at a time, taken over when it is not renewed.

Never a session lock: behind a transaction pooler the unlock can reach another session (failure D5).
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from lib.errors import EverytickError
from lib.store.store import Connection


class LeaseName(StrEnum):
    """What is done by one at a time."""

    INLINE = "inline"
    """Inline execution of a tick's responsibilities."""
    MAINTENANCE = "maintenance"
    """Maintenance, whoever runs it (failure L5)."""


class LeaseHeld(EverytickError):
    """Somebody else is doing this right now; it is free again when they end or fall silent."""

    code = "lease_held"
    retriable = True

    def __init__(self, name: LeaseName, *, until: datetime) -> None:
        super().__init__(f"The {name} lease is held by a live holder.")
        self.name = name
        self.until = until
        """When it ends unless it is renewed, by the database's clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """A lease that was taken; good while its token is the row's."""

    name: LeaseName
    token: int
    """The fencing token: grows with each taking."""


TAKE: Final = """
INSERT INTO leases AS held (name, holder, acquired_at, expires_at)
VALUES (%(name)s, %(holder)s, everytick_now(), everytick_now() + %(ttl_ms)s * interval '1 ms')
ON CONFLICT (name) DO UPDATE
SET token = held.token + 1, holder = excluded.holder,
    acquired_at = excluded.acquired_at, expires_at = excluded.expires_at
WHERE held.expires_at IS NULL OR held.expires_at <= everytick_now()
RETURNING token
"""
EXPIRY: Final = "SELECT coalesce(expires_at, everytick_now()) FROM leases WHERE name = %s"
RENEW: Final = """
UPDATE leases SET expires_at = everytick_now() + %(ttl_ms)s * interval '1 ms'
WHERE name = %(name)s AND token = %(token)s AND holder IS NOT NULL
"""
RELEASE: Final = """
UPDATE leases SET holder = NULL, acquired_at = NULL, expires_at = NULL
WHERE name = %s AND token = %s AND holder IS NOT NULL
"""


def take_lease(connection: Connection, name: LeaseName, *, holder: str, ttl_ms: int) -> Lease:
    """Take the lease for `ttl_ms`, from nobody or from a holder who let it expire. Raises LeaseHeld."""
    taken = connection.execute(TAKE, {"name": name, "holder": holder, "ttl_ms": ttl_ms}).fetchone()
    if taken is not None:
        return Lease(name=name, token=taken[0])
    ((until,),) = connection.execute(EXPIRY, (name,)).fetchall()
    raise LeaseHeld(name, until=until)


def renew_lease(connection: Connection, lease: Lease, *, ttl_ms: int) -> bool:
    """Extend `lease` to `ttl_ms` from now; False when somebody else has taken it since."""
    renewed = connection.execute(RENEW, {"name": lease.name, "token": lease.token, "ttl_ms": ttl_ms})
    return renewed.rowcount == 1


def release_lease(connection: Connection, lease: Lease) -> bool:
    """Free `lease`; False when somebody else has taken it since."""
    return connection.execute(RELEASE, (lease.name, lease.token)).rowcount == 1
