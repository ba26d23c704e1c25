"""Stores that this test started itself, really stopped and started again."""

import os
import sysconfig
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from app import create_app
from dev.postgres_binaries import find_binaries
from dev.postgres_place import prepare_place
from dev.postgres_server import PostgresServer, start_postgres
from dev.redis_server import RedisServer, candidates, start_redis
from lib.composition import compose
from lib.environment.decision import DeploymentKind
from lib.store.migrate import upgrade_database
from tests.conftest import CRON_SECRET

HEADERS = {"Authorization": f"Bearer {CRON_SECRET}"}


@dataclass(kw_only=True)
class Stores:
    """A PostgreSQL and a Redis that can be stopped and started."""

    folder: Path
    postgres: PostgresServer = field(init=False)
    redis: RedisServer = field(init=False)

    def start_postgres(self) -> None:
        """Start PostgreSQL on the data it had before, at the same address."""
        place = prepare_place(self.folder, find_binaries(Path(sysconfig.get_path("purelib"))))
        socket = self.folder / "postgres-socket"
        socket.mkdir(mode=0o700, exist_ok=True)
        for left in socket.iterdir():
            left.rmdir()
        self.postgres = start_postgres(place, sockets=socket, logs=self.folder, durable=False)

    def start_redis(self) -> None:
        """Start an empty Redis."""
        programs = candidates({"PATH": os.environ["PATH"]}, Path(sysconfig.get_path("scripts")))
        started = start_redis(programs, sockets=self.folder, logs=self.folder)
        assert started is not None
        self.redis = started


@pytest.fixture(scope="module")
def stores() -> Iterator[Stores]:
    with tempfile.TemporaryDirectory(prefix="et") as folder:
        held = Stores(folder=Path(folder))
        held.start_postgres()
        held.start_redis()
        try:
            upgrade_database(held.postgres.url, kind=DeploymentKind.DEVELOPMENT, said=None)
            yield held
        finally:
            held.redis.part.stop()
            held.postgres.part.stop()


@pytest.fixture
def client(stores: Stores) -> Iterator[FlaskClient]:
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
    def test_answers_503_until_it_is_back(self, stores: Stores, client: FlaskClient) -> None:
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
    def test_ticks_go_on(self, stores: Stores, client: FlaskClient) -> None:
        """Redis is a cache: stopped in the middle, every tick still works (design §1.4)."""
        assert tick(client)[0] == 200
        stores.redis.part.stop()
        try:
            for _ in range(2):
                status, body = tick(client)
                assert (status, body["success"], body["degraded"]) == (200, True, False)
        finally:
            stores.start_redis()
        assert tick(client)[0] == 200
