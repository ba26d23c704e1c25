from lib.services import Services
from lib.vitals.recent_windows import latest_windows, recoveries_of_a_day, windows_by_mode
from tests import seed
from tests.conftest import Database

DAY = 86_400


def test_the_latest_first(services: Services, database: Database) -> None:
    for key, seconds_ago in (("a", 300), ("c", 100), ("b", 200)):
        seed.tick(database, key, seconds_ago=seconds_ago)
    with services.store.transaction() as connection:
        assert [window.dispatch_key for window in latest_windows(connection, 2)] == ["c", "b"]


def test_a_day(services: Services, database: Database) -> None:
    """Older windows count no more."""
    seed.tick(database, "a", mode="inngest")
    seed.tick(database, "b", mode="inngest", seconds_ago=DAY - 60)
    seed.tick(database, "c", mode="inline-recovery", seconds_ago=60)
    seed.tick(database, "d", mode="inline-recovery", seconds_ago=DAY + 60)
    database.run("UPDATE dispatches SET recoveries = 2 WHERE mode = 'inline-recovery'")
    with services.store.transaction() as connection:
        assert windows_by_mode(connection) == {"inngest": 2, "inline-recovery": 1}
        assert recoveries_of_a_day(connection) == 2
