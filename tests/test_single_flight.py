import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from lib.composition import Composition
from lib.services import Services
from lib.single_flight import single_flight
from lib.store.lease import LeaseHeld, LeaseName
from tests.conftest import Database
from tests.outage import with_outage

NAME = LeaseName.INLINE
HOLDER = "SELECT holder, expires_at FROM leases"


class TestSingleFlight:
    def test_keeps_others_out_and_is_freed_at_the_end(self, services: Services, database: Database) -> None:
        with single_flight(services, NAME):
            with pytest.raises(LeaseHeld), single_flight(services, NAME):
                pass
        assert database.rows(HOLDER) == [(None, None)]

    def test_is_freed_when_the_work_raises(self, services: Services, database: Database) -> None:
        with pytest.raises(ZeroDivisionError), single_flight(services, NAME):
            raise ZeroDivisionError
        assert database.rows(HOLDER) == [(None, None)]

    def test_is_renewed_beside_the_work(
        self, composed: Callable[..., Composition], database: Database
    ) -> None:
        """Work longer than the lease keeps it, as long as its process lives."""
        held = composed(BACKGROUND_JOB_LEASE_MS="600", BACKGROUND_JOB_HEARTBEAT_MS="100").services
        assert held is not None
        with single_flight(held, NAME):
            first = database.value("SELECT expires_at FROM leases")
            renewed = threading.Event()
            for _ in range(100):
                if database.value("SELECT expires_at FROM leases") > first:
                    renewed.set()
                    break
                renewed.wait(0.05)
            assert renewed.is_set()

    def test_ends_by_itself_when_it_cannot_be_freed(self, services: Services, database: Database) -> None:
        """The database went away under the work: said, and free again after the lease."""
        unsteady, outage = with_outage(services)
        with capture_logs() as logs, single_flight(unsteady, NAME):
            outage.away = True
        assert [entry["while_doing"] for entry in logs] == ["release_lease"]
        database.shift_clock(timedelta(seconds=61))
        with single_flight(services, NAME):
            pass
