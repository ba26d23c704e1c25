from datetime import UTC, datetime

import pytest

from lib.services import Services
from lib.vitals.tick_arrivals import TickArrivals, tick_arrivals
from tests.conftest import Database
from tests.seed import tick


class TestMissing:
    @pytest.mark.parametrize(
        ("silent", "gap", "missing", "missed"),
        [
            pytest.param(0, 0, 0, 0, id="just came"),
            pytest.param(119, 0, 0, 0, id="late by less than a window"),
            pytest.param(120, 60, 1, 1, id="one"),
            pytest.param(239, 60, 2, 2, id="not yet an alarm"),
            pytest.param(240, 60, 3, 3, id="three"),
            pytest.param(5, 600, 0, 9, id="nine before the latest"),
            pytest.param(3_600, 600, 59, 59, id="since the latest, longer than before it"),
        ],
    )
    def test_counts_whole_windows(self, silent: float, gap: float, missing: int, missed: int) -> None:
        """A tick may be late by a window; the third that is missing is an alarm."""
        seen = TickArrivals(
            last_tick_at=datetime(2026, 11, 23, tzinfo=UTC),
            silent_seconds=silent,
            gap_seconds=gap,
            window_seconds=60,
        )
        assert (seen.missing, seen.missed, seen.are_missing) == (missing, missed, missing >= 3)


class TestRead:
    def read(self, services: Services) -> TickArrivals:
        with services.store.transaction() as connection:
            return tick_arrivals(connection, 60)

    def test_goes_by_the_database(self, services: Services, database: Database) -> None:
        """Whatever the mode of the ticks was."""
        tick(database, "a", seconds_ago=400)
        tick(database, "b", seconds_ago=300)
        seen = self.read(services)
        assert (seen.missing, seen.missed) == (4, 4)
        assert seen.last_tick_at == database.value("SELECT max(last_tick_at) FROM dispatches")
        assert seen.gap_seconds == pytest.approx(100, abs=1)

    def test_none_yet_counts_since_the_stamp(self, services: Services, database: Database) -> None:
        """A cron that never began is missing as well."""
        database.run("UPDATE environment_stamp SET stamped_at = everytick_now() - interval '10 minutes'")
        seen = self.read(services)
        assert (seen.last_tick_at, seen.missing) == (None, 9)

    def test_a_database_without_a_stamp(self, services: Services) -> None:
        with services.store.transaction() as connection, connection.transaction(force_rollback=True):
            connection.execute("DELETE FROM environment_stamp")
            assert tick_arrivals(connection, 60).missing == 0
