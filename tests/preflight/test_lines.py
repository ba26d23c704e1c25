import pytest

from lib.preflight.check import CheckName
from tests.conftest import Database
from tests.preflight.world import World

SILENT_RUN = """
INSERT INTO runs (job_name, run_id, source, status, owner, started_at, beat_at) VALUES
('process-background-jobs', 'old', 'inngest', 'running', 'x',
 everytick_now() - interval '1 hour', everytick_now() - interval '1 hour')
"""


class TestLines:
    @pytest.mark.parametrize(
        ("change", "seen"),
        [
            (
                "UPDATE dispatch_lines SET state = 'unexecuted' WHERE job_name = 'background-maintenance'",
                "1 lines unexecuted, 0 waiting; 0 runs fell silent.",
            ),
            (
                SILENT_RUN,
                "0 lines unexecuted, 0 waiting; 1 runs fell silent.",
            ),
        ],
        ids=["unexecuted", "silent"],
    )
    def test_what_was_left_undone(self, world: World, database: Database, change: str, seen: str) -> None:
        database.run(change)
        found = world.check(CheckName.LINES)
        assert (found["verdict"], found["seen"]) == ("not_ok", seen)
