from lib.preflight.check import CheckName
from tests.conftest import Database
from tests.preflight.world import World


class TestQueue:
    def test_a_job_that_waits_too_long(self, world: World, database: Database) -> None:
        app = world.app()
        runner = app.test_cli_runner()
        runner.invoke(args=["jobs", "enqueue", "--kind", "system.noop", "--payload", "{}"])
        assert "1 jobs due" in world.check(CheckName.QUEUE, 0)["seen"]
        database.run("UPDATE jobs SET run_at = run_at - interval '31 minutes'")
        found = world.check(CheckName.QUEUE)
        assert (found["verdict"], "flask jobs drain" in found["cure"]) == ("not_ok", True)
