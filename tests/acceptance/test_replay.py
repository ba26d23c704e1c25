"""A call of Inngest that somebody captured and sends again, byte for byte (design §9, issue: signatures).

The five minutes in which its signature is fresh are no licence: each signature is heard once, so the call
does nothing, however much is due, and whether or not its run is over.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest
import redis
from werkzeug.test import TestResponse

from dev.engine.exchange import Exchange
from lib.work.responsibilities import MAINTENANCE, PROCESS, RESPONSIBILITIES
from tests.acceptance.scenario import seed_overdue
from tests.conftest import Database
from tests.durable import World
from tests.inngest_api import InngestApi, inngest_api

Broken = Callable[[str], AbstractContextManager[None]]
Captured = tuple[World, Exchange]
FRESH_SECONDS = 240
STALE_SECONDS = 301


@pytest.fixture
def api() -> Iterator[InngestApi]:
    """All of Inngest's interfaces: whatever the app would send goes here."""
    with inngest_api() as api:
        yield api


@pytest.fixture
def world(make_world: Callable[..., World], api: InngestApi) -> World:
    return make_world(INNGEST_SELF_HOSTED="true", INNGEST_BASE_URL=api.url)


def every_row(database: Database) -> dict[str, list[Any]]:
    """All rows of all tables."""
    tables = database.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
    return {
        table: database.rows(f'SELECT to_jsonb(t)::text FROM "{table}" AS t ORDER BY 1')
        for (table,) in tables
    }


def blobs(cache: "redis.Redis") -> list[dict[str, Any]]:
    """What Redis says of both jobs, but for when it was said."""
    found = [json.loads(str(cache.get(f"job:v1:global:{one.job_name}"))) for one in RESPONSIBILITIES]
    return [{name: value for name, value in blob.items() if name != "updatedAt"} for blob in found]


def again(world: World, exchange: Exchange) -> TestResponse:
    """The very same call: its query, its headers with the old signature, its bytes."""
    request = exchange.request
    return world.app.test_client().post(
        f"/api/inngest?{request.query}", headers=dict(exchange.headers), data=request.payload
    )


def run_a_tick(world: World) -> None:
    world.tick()
    world.engine.run_until_idle()


def give_up(world: World, broken: Broken) -> None:
    """Let both runs fail until the engine calls their failure functions."""
    world.tick()
    with broken("jobs"), broken("leases"):
        world.engine.run_until_idle()


class TestOfARunThatIsOver:
    @pytest.mark.parametrize("seconds", [0, FRESH_SECONDS])
    def test_its_steps_and_last_requests(
        self, world: World, database: Database, cache: "redis.Redis", api: InngestApi, seconds: int
    ) -> None:
        """The drain step, the maintenance step, and the requests that end the two runs."""
        run_a_tick(world)
        captured = list(world.engine.exchanges)
        assert sorted(one.request.number for one in captured) == [1, 1, 2, 2]
        seed_overdue(database)
        world.engine.advance(seconds)
        before = every_row(database), blobs(cache)
        for exchange in captured:
            answer = again(world, exchange)
            assert (answer.status_code, answer.headers["x-inngest-env"]) == (409, "production")
            assert answer.json is not None
            assert answer.json["code"] == "call_heard_before"
            assert "x-inngest-no-retry" not in answer.headers
        assert (every_row(database), blobs(cache)) == before
        assert api.received == []

    def test_beside_a_later_run(self, world: World, database: Database, cache: "redis.Redis") -> None:
        """The status in Redis is not put back to the older run's."""
        run_a_tick(world)
        captured = list(world.engine.exchanges)
        world.engine.advance(60)
        run_a_tick(world)
        before = every_row(database), blobs(cache)
        for exchange in captured:
            again(world, exchange)
        assert (every_row(database), blobs(cache)) == before

    def test_its_failure_function(
        self, world: World, broken: Broken, database: Database, cache: "redis.Redis", api: InngestApi
    ) -> None:
        give_up(world, broken)
        captured = [one for one in world.engine.exchanges if one.function_id.endswith("-failure")]
        assert {one.function_id.removesuffix("-failure") for one in captured} == {
            f"everytick-{one.job_name}" for one in (PROCESS, MAINTENANCE)
        }
        seed_overdue(database)
        before = every_row(database), blobs(cache)
        fresh = {one.function_id for one in captured if (world.clock.now() - one.at).seconds < STALE_SECONDS}
        for exchange in captured:
            assert again(world, exchange).status_code == (409 if exchange.function_id in fresh else 401)
        assert fresh
        assert (every_row(database), blobs(cache)) == before
        assert api.received == []

    def test_after_a_later_tick_covered_it(self, world: World, database: Database) -> None:
        """A failure function's call closes a run that was left running once, and never another's."""
        run_a_tick(world)
        world.engine.advance(60)
        run_a_tick(world)
        before = every_row(database)
        for exchange in world.engine.exchanges:
            again(world, exchange)
        assert every_row(database) == before


class TestAfterFiveMinutes:
    def test_it_is_not_even_answered(self, world: World, database: Database) -> None:
        run_a_tick(world)
        captured = list(world.engine.exchanges)
        world.engine.advance(STALE_SECONDS)
        before = every_row(database)
        assert {again(world, exchange).status_code for exchange in captured} == {401}
        assert every_row(database) == before


class TestOfARunUnderWay:
    @pytest.fixture
    def captured(self, make_world: Callable[..., World], api: InngestApi, database: Database) -> Captured:
        """The first drain of a backlog; five of thirteen jobs are done."""
        world = make_world(
            INNGEST_SELF_HOSTED="true", INNGEST_BASE_URL=api.url, BACKGROUND_JOB_CRON_LIMIT="5"
        )
        database.run(
            "INSERT INTO jobs (kind, status) SELECT 'system.noop', 'pending' FROM generate_series(1, 13)"
        )
        world.engine.send([world.event(PROCESS)])
        first = world.engine.deliver_next()
        assert first is not None
        return world, first

    def test_it_does_no_more_of_the_work(
        self, captured: Captured, database: Database, cache: "redis.Redis", api: InngestApi
    ) -> None:
        """Not even what is due: that is the engine's to ask for."""
        world, first = captured
        before = every_row(database), cache.get(f"job:v1:global:{PROCESS.job_name}")
        assert again(world, first).status_code == 409
        assert (every_row(database), cache.get(f"job:v1:global:{PROCESS.job_name}")) == before
        assert api.received == []

    def test_the_engines_own_calls_go_on(self, captured: Captured, database: Database) -> None:
        world, first = captured
        again(world, first)
        world.engine.run_until_idle()
        assert database.rows("SELECT status, attempt, count(*) FROM jobs GROUP BY 1, 2") == [
            ("succeeded", 1, 13)
        ]
        assert world.rows("status") == [("succeeded",)]

    @pytest.mark.parametrize(
        "change",
        [
            lambda header: header.replace("t=", "t=00"),
            lambda header: header,
        ],
        ids=["zeros before the time", "for another function"],
    )
    def test_not_in_another_dress_either(
        self, captured: Captured, database: Database, change: Callable[[str], str]
    ) -> None:
        """The query is not signed, and the time is signed as a number."""
        world, first = captured
        before = every_row(database)
        answer = world.app.test_client().post(
            f"/api/inngest?fnId=everytick-{MAINTENANCE.job_name}&stepId=step",
            headers={**first.headers, "x-inngest-signature": change(first.headers["x-inngest-signature"])},
            data=b" " + first.request.payload,
        )
        assert answer.status_code == 409
        assert every_row(database) == before


class TestOfAStranger:
    def test_what_is_not_signed_is_not_kept(self, world: World, database: Database) -> None:
        """Or anybody could fill the table of what was heard."""
        run_a_tick(world)
        (exchange, *_) = world.engine.exchanges
        signature = exchange.headers["x-inngest-signature"]
        before = every_row(database)
        forged = {**exchange.headers, "x-inngest-signature": signature[:-64] + "0" * 64}
        answer = world.app.test_client().post(
            f"/api/inngest?{exchange.request.query}", headers=forged, data=exchange.request.payload
        )
        assert answer.status_code == 401
        assert every_row(database) == before

    def test_what_was_heard_is_forgotten_in_time(self, world: World, database: Database) -> None:
        run_a_tick(world)
        assert database.value("SELECT count(*) FROM heard_calls") == 4
        world.engine.advance(1_300)
        run_a_tick(world)
        assert database.value("SELECT count(*) FROM heard_calls") <= 4
