from datetime import timedelta

from lib.preflight.check import CheckName
from tests.conftest import Database
from tests.preflight.world import World


class TestTicks:
    def test_missing(self, world: World, database: Database) -> None:
        database.run("UPDATE dispatches SET last_tick_at = last_tick_at - interval '300 seconds'")
        found = world.check(CheckName.TICKS)
        assert (found["verdict"], "Windows without one: 4." in found["seen"]) == ("not_ok", True)
        assert "CRON_SECRET" in found["cure"]

    def test_one_is_no_alarm(self, world: World, database: Database) -> None:
        database.run("UPDATE dispatches SET last_tick_at = last_tick_at - interval '125 seconds'")
        assert "Windows without one since: 1." in world.check(CheckName.TICKS, 0)["seen"]

    def test_none_yet_in_a_database_that_is_new(self, world: World, database: Database) -> None:
        database.run("DELETE FROM dispatches")
        database.run("UPDATE environment_stamp SET stamped_at = everytick_now()")
        assert world.check(CheckName.TICKS, 7)["verdict"] == "cannot_know"
        database.shift_clock(timedelta(minutes=4))
        assert world.check(CheckName.TICKS)["verdict"] == "not_ok"

    def test_elsewhere_no_cron_has_to_call(self, world: World, database: Database) -> None:
        database.run("DELETE FROM dispatches")
        database.run("UPDATE environment_stamp SET kind = 'development'")
        given = {name: world.environ[name] for name in ("DATABASE_URL", "CRON_SECRET", "DATABASE_POOL_MAX")}
        world.environ = given
        assert world.check(CheckName.TICKS)["verdict"] == "cannot_know"
