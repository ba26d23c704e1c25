"""The heartbeat of a drain: extends the leases of everything it holds."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from lib.errors import StoreError
from lib.jobs.holdings import Holdings
from lib.jobs.lease import extend
from lib.log.events import LogEvent
from lib.services import Services


@contextmanager
def heartbeat(services: Services, holdings: Holdings) -> Iterator[None]:
    """Beat each BACKGROUND_JOB_HEARTBEAT_MS until the body ends.

    A beat that the database refuses is logged and tried again at the next turn: a lease outlives two missed
    beats (heartbeat ≤ lease / 3, design §5).
    """
    settings = services.settings
    done = threading.Event()

    def beat() -> None:
        while not done.wait(settings.background_job_heartbeat_ms / 1000):
            held = holdings.held
            if not held:
                continue
            try:
                with services.store.transaction() as connection:
                    extend(connection, held, lease_ms=settings.background_job_lease_ms)
            except StoreError as error:
                structlog.get_logger().warning(LogEvent.HEARTBEAT_FAILED, code=error.code, held=len(held))

    thread = threading.Thread(target=beat, name="everytick-heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join(settings.database_connect_timeout_ms / 1000)
