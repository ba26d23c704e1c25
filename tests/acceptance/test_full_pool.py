"""All of an instance's connections are in use: it says so soon, and serves again afterwards (failure D8)."""

import time
from collections.abc import Callable
from contextlib import ExitStack

import pytest
from structlog.testing import capture_logs

from app import create_app
from lib.composition import Composition
from tests.acceptance.scenario import OUTCOME, outcome, seed_overdue
from tests.conftest import CRON_SECRET, Database

URL = "/api/cron/background-jobs"
HEADERS = {"Authorization": f"Bearer {CRON_SECRET}"}
WAIT_SECONDS = 1.0
"""DATABASE_CONNECT_TIMEOUT_MS: how long anybody waits for a connection."""
SLACK_SECONDS = 8.0


@pytest.mark.parametrize("connections", [1, 4])
def test_a_tick_is_answered_and_nothing_leaks(
    composed: Callable[..., Composition], database: Database, connections: int
) -> None:
    composition = composed(
        DATABASE_POOL_MAX=str(connections), DATABASE_CONNECT_TIMEOUT_MS=f"{WAIT_SECONDS * 1000:.0f}"
    )
    assert composition.services is not None
    client = create_app(composition).test_client()
    seed_overdue(database)
    with ExitStack() as slow_queries:
        for _ in range(connections):
            slow_queries.enter_context(composition.services.store.transaction())
        began = time.monotonic()
        with capture_logs() as logs:
            answer = client.get(URL, headers=HEADERS)
        assert time.monotonic() - began < WAIT_SECONDS + SLACK_SECONDS
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
        assert answer.get_json(force=True)["code"] == "store_unavailable"
        assert {line["code"] for line in logs if line["event"] == "store.unavailable"} == {"store_busy"}
        assert client.get("/api/health").status_code == 200
        assert database.rows("SELECT status FROM runs WHERE run_id <> 'old'") == []
    for _ in range(2 * connections):
        assert client.get(URL, headers=HEADERS).status_code == 200
    assert outcome(database) == OUTCOME
