"""A Redis that another kind of deployment uses (design §9): refused, or, in production, done without."""

from collections.abc import Callable, Iterator

import pytest
import redis
from flask.testing import FlaskClient
from structlog.testing import capture_logs

from app import create_app
from lib.composition import Composition, compose
from lib.status.redis_stamp import STAMP_KEY
from tests.conftest import CRON_SECRET, Database, FakeClock

HEADERS = {"Authorization": f"Bearer {CRON_SECRET}"}
PRODUCTION = {"DEPLOYMENT": "production"}
TICK = "/api/cron/background-jobs"
Composed = Callable[..., Composition]


@pytest.fixture
def client(environ: dict[str, str], clock: FakeClock) -> Iterator[FlaskClient]:
    """A production instance whose time the test passes."""
    composition = compose({**environ, **PRODUCTION}, clock=clock)
    yield create_app(composition).test_client()
    assert composition.services is not None
    composition.services.store.close()


@pytest.fixture
def of_production(database: Database) -> None:
    database.run("UPDATE environment_stamp SET kind = 'production'")


def written(cache: "redis.Redis") -> list[str]:
    """The keys of job statuses."""
    return sorted(map(str, cache.scan_iter("job:*")))


class TestOutsideProduction:
    def test_the_first_use_stamps_it(self, composed: Composed, cache: "redis.Redis") -> None:
        assert create_app(composed()).test_client().get(TICK, headers=HEADERS).status_code == 200
        assert cache.get(STAMP_KEY) == "development"
        assert cache.ttl(STAMP_KEY) == -1

    @pytest.mark.parametrize("url", [TICK, "/api/health", "/api/inngest", "/nowhere"])
    def test_productions_refuses_the_whole_app(
        self, composed: Composed, cache: "redis.Redis", database: Database, url: str
    ) -> None:
        """From the first request on: nothing is written there, and nothing anywhere else."""
        cache.set(STAMP_KEY, "production")
        answer = create_app(composed()).test_client().get(url, headers=HEADERS)
        assert answer.status_code == 503
        assert answer.json is not None
        assert answer.json["code"] == "redis_stamp_mismatch"
        assert "x-inngest-env" not in answer.headers
        assert written(cache) == []
        assert database.rows("SELECT * FROM runs") == []

    def test_a_preview_and_a_laptop_may_share_one(self, composed: Composed, cache: "redis.Redis") -> None:
        cache.set(STAMP_KEY, "preview")
        assert create_app(composed()).test_client().get(TICK, headers=HEADERS).status_code == 200
        assert cache.get(STAMP_KEY) == "preview"

    def test_one_that_is_away_refuses_nothing(self, composed: Composed) -> None:
        app = create_app(composed(REDIS_URL="redis://127.0.0.1:1/0"))
        assert app.test_client().get(TICK, headers=HEADERS).status_code == 200


@pytest.mark.usefixtures("of_production")
class TestProduction:
    def test_a_stamp_that_was_flushed_is_written_again(
        self, client: FlaskClient, cache: "redis.Redis", clock: FakeClock
    ) -> None:
        assert client.get(TICK, headers=HEADERS).status_code == 200
        assert cache.get(STAMP_KEY) == "production"
        cache.delete(STAMP_KEY)
        clock.advance(61)
        assert client.get(TICK, headers=HEADERS).status_code == 200
        assert cache.get(STAMP_KEY) == "production"

    @pytest.mark.parametrize("stamped", ["preview", "development", "\x00 what?"])
    def test_a_foreign_one_is_done_without(
        self, client: FlaskClient, cache: "redis.Redis", stamped: str
    ) -> None:
        """An alarm, an operator's verdict, and not one key written or read; the work is done."""
        cache.set(STAMP_KEY, stamped)
        with capture_logs() as logs:
            answer = client.get(TICK, headers=HEADERS)
        assert (answer.status_code, answer.json and answer.json["mode"]) == (200, "inline")
        assert [line["log_level"] for line in logs if line["event"] == "cache.foreign"] == ["error"]
        assert written(cache) == []
        ready = client.get("/api/health/ready")
        assert ready.status_code == 200
        assert ready.json is not None
        assert ready.json["checks"]["redis"]["verdict"] == "foreign"

    def test_it_is_used_again_once_it_is_ours(
        self, client: FlaskClient, cache: "redis.Redis", clock: FakeClock
    ) -> None:
        cache.set(STAMP_KEY, "preview")
        client.get(TICK, headers=HEADERS)
        cache.set(STAMP_KEY, "production")
        clock.advance(61)
        client.get(TICK, headers=HEADERS)
        assert written(cache) != []
