from datetime import UTC, datetime, timedelta, timezone

import pytest

from dev.engine.clock import EngineClock

START = datetime(2026, 11, 23, 19, 50, tzinfo=UTC)


class TestEngineClock:
    def test_stands_still(self) -> None:
        clock = EngineClock(START)
        assert (clock.now(), clock.now(), clock.monotonic()) == (START, START, 0.0)

    def test_advance(self) -> None:
        """Both times move on, and every listener hears by how much."""
        clock, heard = EngineClock(START), list[float]()
        clock.on_advance(heard.append)
        clock.advance(1.5)
        clock.advance(60)
        assert (START + timedelta(seconds=61.5), 61.5, [1.5, 60]) == (clock.now(), clock.monotonic(), heard)

    def test_milliseconds(self) -> None:
        assert EngineClock(START).milliseconds() == 1_795_463_400_000

    def test_other_zone(self) -> None:
        """Any zone is taken, UTC is given."""
        there = START.astimezone(timezone(timedelta(hours=5)))
        assert UTC is EngineClock(there).now().tzinfo

    def test_never_back(self) -> None:
        with pytest.raises(ValueError, match="back"):
            EngineClock(START).advance(-1)

    def test_naive(self) -> None:
        with pytest.raises(ValueError, match="naive"):
            EngineClock(START.replace(tzinfo=None))
