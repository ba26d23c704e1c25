import pytest
import redis

from lib.preflight.check import CheckName
from tests.preflight.world import World


class TestRedis:
    def test_off(self, world: World) -> None:
        world.changes["REDIS_URL"] = ""
        assert world.check(CheckName.REDIS, 0)["seen"].startswith("Off")

    def test_anothers(self, world: World, cache: "redis.Redis") -> None:
        cache.set("everytick:v1:stamp", "preview")
        found = world.check(CheckName.REDIS)
        assert (found["verdict"], "another kind" in found["seen"]) == ("not_ok", True)

    @pytest.mark.parametrize("url", ["redis://127.0.0.1:1/0"])
    def test_away(self, world: World, url: str) -> None:
        world.changes["REDIS_URL"] = url
        assert world.check(CheckName.REDIS)["verdict"] == "not_ok"
