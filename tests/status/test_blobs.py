import json
import socket
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from structlog.testing import capture_logs

from lib.environment.decision import DeploymentKind
from lib.settings import Settings
from lib.status.blobs import (
    BlobStatus,
    NoStatusBlobs,
    RedisStatusBlobs,
    StatusBlob,
    StatusBlobs,
    status_blobs,
)
from lib.status.run_status import RunSource
from tests.conftest import FakeClock

NAME = "background-maintenance"
KEY = "job:v1:global:background-maintenance"
BLOB = StatusBlob(
    status=BlobStatus.SUCCEEDED,
    started_at=datetime(2026, 11, 23, 19, 50, tzinfo=UTC),
    finished_at=datetime(2026, 11, 23, 19, 50, 0, 412_000, tzinfo=UTC),
    duration_ms=412,
    attempt=0,
    last_error=None,
    source=RunSource.INLINE,
    updated_at=datetime(2026, 11, 23, 19, 50, 0, 412_000, tzinfo=UTC),
)


@pytest.fixture
def blobs(cache: "redis.Redis", redis_url: str, clock: FakeClock) -> StatusBlobs:
    del cache
    return status_blobs(Settings.model_validate({"redis_url": redis_url}), DeploymentKind.DEVELOPMENT, clock)


class TestWrite:
    def test_has_exactly_the_contract_fields(self, blobs: StatusBlobs, cache: "redis.Redis") -> None:
        """Design §6, name by name."""
        blobs.write(NAME, BLOB)
        assert json.loads(str(cache.get(KEY))) == {
            "status": "succeeded",
            "startedAt": "2026-11-23T19:50:00.000Z",
            "finishedAt": "2026-11-23T19:50:00.412Z",
            "durationMs": 412,
            "attempt": 0,
            "lastError": None,
            "source": "inline",
            "updatedAt": "2026-11-23T19:50:00.412Z",
        }

    def test_lives_as_long_as_the_setting_says(self, cache: "redis.Redis", redis_url: str) -> None:
        settings = Settings.model_validate({"redis_url": redis_url, "inngest_job_status_ttl_seconds": 90})
        status_blobs(settings, DeploymentKind.DEVELOPMENT, FakeClock()).write(NAME, BLOB)
        assert 80 < int(str(cache.ttl(KEY))) <= 90

    def test_never_overwrites_a_run_that_started_later(
        self, blobs: StatusBlobs, cache: "redis.Redis"
    ) -> None:
        later = replace(BLOB, started_at=BLOB.started_at + timedelta(seconds=1), source=RunSource.CLI)
        blobs.write(NAME, later)
        blobs.write(NAME, BLOB)
        assert json.loads(str(cache.get(KEY)))["source"] == "cli"

    def test_the_same_run_goes_on(self, blobs: StatusBlobs, cache: "redis.Redis") -> None:
        blobs.write(NAME, replace(BLOB, status=BlobStatus.RUNNING, finished_at=None, duration_ms=None))
        blobs.write(NAME, BLOB)
        assert json.loads(str(cache.get(KEY)))["status"] == "succeeded"

    def test_the_end_of_a_run_stays(self, blobs: StatusBlobs, cache: "redis.Redis") -> None:
        """Another call of the same run that is still at work, or fails later, does not make it run again."""
        blobs.write(NAME, BLOB)
        blobs.write(NAME, replace(BLOB, status=BlobStatus.RUNNING, finished_at=None, duration_ms=None))
        assert json.loads(str(cache.get(KEY)))["status"] == "succeeded"

    @pytest.mark.parametrize("rubbish", ["not json", "[]", '{"startedAt": 7}'])
    def test_replaces_what_is_not_a_blob(
        self, blobs: StatusBlobs, cache: "redis.Redis", rubbish: str
    ) -> None:
        cache.set(KEY, rubbish)
        blobs.write(NAME, BLOB)
        assert blobs.read(NAME) is not None


class TestAway:
    """Redis is a cache: gone, everything works, and the loss is counted (design §1.4, failure L21)."""

    @pytest.fixture
    def away(self, clock: FakeClock) -> RedisStatusBlobs:
        client = redis.Redis(port=1, socket_connect_timeout=0.2, retry=Retry(NoBackoff(), 0))
        return RedisStatusBlobs(client, kind=DeploymentKind.DEVELOPMENT, clock=clock, ttl_seconds=60)

    def test_fails_nothing_and_is_counted(self, away: RedisStatusBlobs) -> None:
        away.write(NAME, BLOB)
        assert away.read(NAME) is None
        assert away.failed_calls == 2

    def test_is_logged_once_a_minute(self, away: RedisStatusBlobs, clock: FakeClock) -> None:
        with capture_logs() as logs:
            for _ in range(13):
                away.write(NAME, BLOB)
                clock.advance(10)
        assert [entry["event"] for entry in logs] == ["status.write_failed"] * 3

    def test_is_left_alone_for_a_while(self, away: RedisStatusBlobs, clock: FakeClock) -> None:
        away.write(NAME, BLOB)
        assert not away.ping()
        clock.advance(1)
        away.write(NAME, BLOB)
        assert away.failed_calls == 3


class TestDrip:
    def test_an_answer_that_drips_in_ends_in_time(self, clock: FakeClock) -> None:
        """Redis's own time-out bounds one read of the socket; ours bounds the whole call."""
        with socket.create_server(("127.0.0.1", 0)) as server:
            closed = threading.Event()

            def drip() -> None:
                connection, _ = server.accept()
                with connection:
                    while not closed.wait(0.05):
                        connection.sendall(b"+")

            thread = threading.Thread(target=drip, daemon=True)
            thread.start()
            client = redis.Redis(port=server.getsockname()[1], socket_timeout=5, retry=Retry(NoBackoff(), 0))
            blobs = RedisStatusBlobs(
                client, kind=DeploymentKind.DEVELOPMENT, clock=clock, ttl_seconds=60, limit_ms=200
            )
            assert not blobs.ping()
            assert blobs.failed_calls == 1
            closed.set()
            thread.join(10)


class TestNone:
    def test_keeps_nothing_and_knows_nothing(self) -> None:
        blobs = status_blobs(Settings(), DeploymentKind.DEVELOPMENT, FakeClock())
        assert isinstance(blobs, NoStatusBlobs)
        blobs.write(NAME, BLOB)
        assert blobs.read(NAME) is None
        assert not blobs.ping()
