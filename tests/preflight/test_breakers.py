from lib.preflight.check import CheckName
from lib.status.run_status import JobName
from tests.conftest import Database
from tests.operator.commands.rollout_command import open_breaker
from tests.preflight.world import World


class TestBreakers:
    def test_one_that_is_open(self, world: World, database: Database) -> None:
        open_breaker(database, JobName.PROCESS)
        found = world.check(CheckName.BREAKERS)
        assert (found["verdict"], found["seen"]) == (
            "not_ok",
            "process-background-jobs is open (lines_failed).",
        )
