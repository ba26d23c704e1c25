from lib.preflight.check import CheckName
from tests.preflight.world import World


class TestBudgets:
    def test_each_sum_is_written_out(self, world: World) -> None:
        """With the settings' own values. Those that do not nest refuse the app (tests/test_settings.py)."""
        world.changes.update(BACKGROUND_JOBS_SEND_DEADLINE_MS="4000", BACKGROUND_JOB_HEARTBEAT_MS="20000")
        seen = world.check(CheckName.BUDGETS, 0)["seen"]
        assert "statement 5000 < job 30000 < drain 240000 < request 300000 ms" in seen
        assert "send 4000 + inline 60000 + reserve 15000 = 79000 <= request 300000 ms" in seen
        assert "3 x heartbeat 20000 = 60000 <= lease 60000 ms" in seen
