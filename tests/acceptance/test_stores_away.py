"""Stores that this test started itself, really stopped and started again."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from app import create_app
from lib.composition import compose
from lib.environment.decision import DeploymentKind
from lib.store.migrate import upgrade_database
from tests.conftest import CRON_SECRET
from tests.own_stores import OwnStores, own_stores

HEADERS = {"Authorization": f"Bearer {CRON_SECRET}"}


@pytest.fixture(scope="module")
def stores() -> Iterator[OwnStores]:
    with own_stores() as held:
        upgrade_database(held.postgres.url, kind=DeploymentKind.DEVELOPMENT, said=None)
        yield held


@pytest.fixture
def client(stores: OwnStores) -> Iterator[FlaskClient]:
    composition = compose(
        {
            "DATABASE_URL": stores.postgres.url,
            "REDIS_URL": stores.redis.url,
            "CRON_SECRET": CRON_SECRET,
            "DATABASE_CONNECT_TIMEOUT_MS": "1000",
        }
    )
    assert composition.services is not None
    with composition.services.store:
        yield create_app(composition).test_client()


def tick(client: FlaskClient) -> tuple[int, dict[str, Any]]:
    answer = client.get("/api/cron/background-jobs", headers=HEADERS)
    return answer.status_code, answer.json or {}


class TestPostgresStopped:
    def test_answers_503_until_it_is_back(self, stores: OwnStores, client: FlaskClient) -> None:
        """Nothing could be attempted: `store_unavailable`; the same instance works again afterwards."""
        assert tick(client)[0] == 200
        stores.postgres.part.stop()
        try:
            status, body = tick(client)
            assert (status, body["code"]) == (503, "store_unavailable")
            assert client.get("/api/health").status_code == 200
            assert client.get("/api/health/ready").status_code == 503
        finally:
            stores.start_postgres()
        assert tick(client)[0] == 200


class TestRedisStopped:
    def test_ticks_go_on(self, stores: OwnStores, client: FlaskClient) -> None:
        """Redis is a cache: stopped in the middle, every tick still works (design §1.4, failure L21)."""
        assert tick(client)[0] == 200
        stores.redis.part.stop()
        try:
            for _ in range(2):
                status, body = tick(client)
                assert (status, body["success"], body["degraded"]) == (200, True, False)
        finally:
            stores.start_redis()
        assert tick(client)[0] == 200
