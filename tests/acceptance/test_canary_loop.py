"""A canary beside inline windows: they do the work, and do not hide that the engine is dead (design §10)."""

from collections.abc import Iterator

import pytest

from lib.work.responsibilities import MAINTENANCE, PROCESS, RESPONSIBILITIES
from tests.acceptance.loop_ticks import BOUND, Selective, breaker, late_coverage, modes, ticks
from tests.conftest import Database
from tests.durable import World, self_hosted_world


@pytest.fixture
def relay() -> Selective:
    return Selective()


@pytest.fixture(params=[25, 50, 75])
def world(
    request: pytest.FixtureRequest, environ: dict[str, str], database: Database, relay: Selective
) -> Iterator[World]:
    share = {**environ, "BACKGROUND_JOBS_INNGEST_PERCENT": str(request.param)}
    with self_hosted_world(share, database, relay=relay) as made:
        past: float = database.value("SELECT mod(extract(epoch FROM everytick_now()), 60)::float8")
        made.engine.advance(60 - past + 0.001)
        yield made


class TestCanary:
    def test_a_dead_engine_opens_the_breakers(self, world: World, relay: Selective) -> None:
        """Each line is covered by an inline window soon: nothing is lost, and nothing was executed."""
        relay.registered.clear()
        answers = ticks(world, 20)
        assert "closed" not in [breaker(world, r) for r in RESPONSIBILITIES]
        assert late_coverage(world, upto=BOUND) == []
        assert "inngest" in modes(answers)

    def test_only_the_function_that_is_not_called(self, world: World, relay: Selective) -> None:
        relay.registered.discard(MAINTENANCE.event_name)
        ticks(world, 20)
        assert breaker(world, PROCESS) == "closed"
        assert breaker(world, MAINTENANCE) != "closed"

    def test_a_living_engine_keeps_them_closed(self, world: World, relay: Selective) -> None:
        del relay
        ticks(world, 20)
        assert [breaker(world, r) for r in RESPONSIBILITIES] == ["closed", "closed"]

    def test_so_does_one_that_is_somewhat_late(self, world: World, relay: Selective) -> None:
        """Its runs find their ticks covered, in time: it executes."""
        relay.delay_s = 90
        for _ in range(20):
            ticks(world, 1)
            relay.act()
            world.engine.run_until_idle()
        assert [breaker(world, r) for r in RESPONSIBILITIES] == ["closed", "closed"]

    def test_an_event_that_is_lost_beside_others_says_nothing(self, world: World, relay: Selective) -> None:
        """The engine was heard since: what it lost costs nothing, for its line is covered."""
        kept = set(relay.registered)
        for lost in (True, False) * 10:
            relay.registered = set() if lost else kept
            ticks(world, 1)
        assert [breaker(world, r) for r in RESPONSIBILITIES] == ["closed", "closed"]

    def test_it_comes_back_by_a_probe(self, world: World, relay: Selective) -> None:
        relay.registered.clear()
        ticks(world, 20)
        relay.registered = {r.event_name for r in RESPONSIBILITIES}
        reasons = [answer["reason"] for answer in ticks(world, 14)]
        assert "enabled" in reasons
        assert [breaker(world, r) for r in RESPONSIBILITIES] == ["closed", "closed"]
