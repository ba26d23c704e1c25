import re
from datetime import UTC, datetime, timedelta

import pytest

from dev.engine.clock import EngineClock
from lib.preflight.check import CheckName, CheckVerdict
from lib.preflight.clocks import DATABASE, INNGEST, OWN_ENDPOINT, Skew, judge_clocks
from tests.conftest import Database
from tests.preflight.world import World


class TestJudgeClocks:
    @pytest.mark.parametrize(
        ("database", "endpoint", "inngest", "verdict", "warned"),
        [
            pytest.param(0.0, -1.0, 1.0, CheckVerdict.OK, False, id="together"),
            pytest.param(0.0, 30.0, None, CheckVerdict.OK, False, id="30 s"),
            pytest.param(0.0, 31.0, 0.0, CheckVerdict.OK, True, id="31 s ahead: a warning"),
            pytest.param(-240.0, 0.0, 0.0, CheckVerdict.OK, True, id="240 s behind"),
            pytest.param(0.0, -241.0, 0.0, CheckVerdict.NOT_OK, True, id="241 s behind"),
            pytest.param(None, 0.0, 241.0, CheckVerdict.NOT_OK, True, id="wrong, and another unknown"),
            pytest.param(None, 0.0, 0.0, CheckVerdict.CANNOT_KNOW, True, id="the database says nothing"),
            pytest.param(0.0, None, 0.0, CheckVerdict.CANNOT_KNOW, True, id="the endpoint says nothing"),
        ],
    )
    def test_how_far_they_may_be_apart(
        self,
        database: float | None,
        endpoint: float | None,
        inngest: float | None,
        verdict: CheckVerdict,
        *,
        warned: bool,
    ) -> None:
        found = judge_clocks(
            tuple(
                Skew(whose=whose, seconds=seconds)
                for whose, seconds in ((DATABASE, database), (OWN_ENDPOINT, endpoint), (INNGEST, inngest))
            )
        )
        assert (found.verdict, found.cure is not None) == (verdict, warned)


class TestClocks:
    @pytest.mark.parametrize(("shift", "code"), [(-100, 0), (250, 1)])
    def test_a_database_off_by(self, world: World, database: Database, shift: int, code: int) -> None:
        database.shift_clock(timedelta(seconds=shift))
        found = world.check(CheckName.CLOCKS, code)
        assert f"the database {shift:+}" in found["seen"]
        assert found["cure"].startswith("Set the clocks by NTP")

    def test_each_is_read(self, world: World) -> None:
        """Inngest's too, by the answer's Date; this one's server stands on the same machine."""
        seen = world.check(CheckName.CLOCKS, 0)["seen"]
        assert "says nothing" not in seen
        assert seen.count(" s, ") == 2

    @pytest.mark.parametrize("shift", [100, -100])
    def test_an_instance_off_by(self, world: World, shift: int) -> None:
        """All three others are then as far off, the other way; a busy machine adds some seconds."""
        world.clock = EngineClock(datetime.now(UTC) + timedelta(seconds=shift))
        told = re.findall(r"([+-][0-9.]+) s", world.check(CheckName.CLOCKS, 0)["seen"])
        assert [abs(float(seconds) + shift) < 30 for seconds in told] == [True] * 3
