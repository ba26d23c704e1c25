import json
import os

import pytest

from bench.bill import main, slowest_free_window, ticks_a_month


class TestBill:
    def test_an_idle_tick_is_two_runs_and_two_steps(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """And a job more costs no execution more."""
        monkeypatch.setenv("DATABASE_URL", os.environ["TEST_DATABASE_URL"])
        said: list[str] = []
        assert main(["--json"], show=said.append) == 0
        told = json.loads(said[0])
        assert told["ticks"] == [
            {"tick": "idle", "runs": 2, "steps": 2, "executions": 4},
            {"tick": "one due job", "runs": 2, "steps": 2, "executions": 4},
            {"tick": "a backlog of five drains", "runs": 2, "steps": 6, "executions": 8},
        ]
        assert told["monthOfIdleTicks"] == {"60": 172_800, "300": 34_560}


class TestMonth:
    def test_of_minutes(self) -> None:
        assert ticks_a_month(60) == 43_200

    def test_what_fits_the_free_plan(self) -> None:
        """The first whole minute at which it does."""
        window = slowest_free_window(4)
        assert ticks_a_month(window) * 4 <= 50_000 < ticks_a_month(window - 60) * 4
