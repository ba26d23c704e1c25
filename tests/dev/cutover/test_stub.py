"""The stub of Inngest: what each state of health does to ticks."""

from pathlib import Path

from dev.cutover.play import Play
from dev.cutover.stub import Health
from dev.cutover.world import Stores, opened_world


def modes(play: Play, count: int) -> list[str]:
    return [answer.mode for answer in play.windows(count)]


class TestHealth:
    def test_well(self, play: Play) -> None:
        assert modes(play, 2) == ["inngest", "inngest"]
        assert {run.status.value for run in play.world.stub.engine.runs} == {"completed"}

    def test_refuses(self, play: Play) -> None:
        play.world.stub.become(Health.REFUSES)
        assert modes(play, 2) == ["inline-fallback", "inline-fallback"]
        assert play.world.stub.engine.runs == []

    def test_silent_and_then_late(self, play: Play) -> None:
        """What was accepted in silence is executed afterwards."""
        play.world.stub.become(Health.SILENT)
        assert modes(play, 2) == ["inngest", "inngest"]
        assert play.world.stub.engine.exchanges == []
        play.world.stub.become(Health.WELL)
        play.world.stub.work()
        assert {run.status.value for run in play.world.stub.engine.runs} == {"completed"}


class TestStores:
    def test_without_a_redis(self, stores: Stores, tmp_path: Path) -> None:
        """As on a machine that has none."""
        alone = Stores(database_url=stores.database_url, redis_url=None)
        with opened_world(alone, outbox=tmp_path / "outbox") as world:
            status, body = world.tick()
        assert (status, body["mode"]) == (202, "inngest")
