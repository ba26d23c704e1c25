"""Work that one holder does at a time: the lease is taken, renewed beside the work, and freed."""

from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from lib.errors import StoreError
from lib.heartbeat import heartbeat
from lib.log.events import LogEvent
from lib.services import Services
from lib.store.held_lease import HeldLease
from lib.store.lease import LeaseName, release_lease, take_lease


@contextmanager
def single_flight(services: Services, name: LeaseName) -> Iterator[HeldLease]:
    """Hold the lease `name` while the body runs; the body asks it before each further piece of its work.

    Raises LeaseHeld while another holder is alive, StoreError when the lease cannot be taken. A lease that
    cannot be freed because the database went away ends by itself after BACKGROUND_JOB_LEASE_MS.
    """
    ttl_ms = services.settings.background_job_lease_ms
    with services.store.transaction() as connection:
        held = HeldLease(lease=take_lease(connection, name, holder=services.instance, ttl_ms=ttl_ms))

    def renew() -> bool:
        with services.store.transaction() as connection:
            return held.renew(connection, ttl_ms=ttl_ms)

    try:
        with heartbeat(renew, every_ms=services.settings.background_job_heartbeat_ms, name=name):
            yield held
    finally:
        try:
            with services.store.transaction() as connection:
                release_lease(connection, held.lease)
        except StoreError as error:
            structlog.get_logger().warning(
                LogEvent.STORE_UNAVAILABLE, while_doing="release_lease", lease=name, code=error.code
            )
