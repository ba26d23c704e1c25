import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import redis
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from lib.composition import Composition
from lib.maintenance.maintenance import ITEMS
from lib.work.responsibilities import RESPONSIBILITIES
from tests.acceptance.scenario import OUTCOME, outcome, seed_overdue
from tests.conftest import CRON_SECRET, Database

URL = "/api/cron/background-jobs"
HEADERS = {"Authorization": f"Bearer {CRON_SECRET}"}
BLOB_FIELDS = {
    "status",
    "startedAt",
    "finishedAt",
    "durationMs",
    "attempt",
    "lastError",
    "source",
    "updatedAt",
}


class TestScenario:
    """One overdue item for each responsibility and item ends as written by hand (failure D1)."""

    def test_through_the_cron_route(self, client: FlaskClient, database: Database) -> None:
        seed_overdue(database)
        assert outcome(database) != OUTCOME
        assert client.get(URL, headers=HEADERS).status_code == 200
        assert outcome(database) == OUTCOME

    def test_through_the_command(self, flask_app: Flask, database: Database) -> None:
        seed_overdue(database)
        result = flask_app.test_cli_runner().invoke(args=["tick"])
        assert result.exit_code == 0, result.output
        assert json.loads(result.stdout)["success"] is True
        assert outcome(database) == OUTCOME
        assert database.rows("SELECT DISTINCT source FROM runs WHERE status = 'succeeded'") == [("cli",)]

    def test_a_second_tick_finds_nothing_to_redo(self, client: FlaskClient, database: Database) -> None:
        seed_overdue(database)
        client.get(URL, headers=HEADERS)
        body: dict[str, Any] = client.get(URL, headers=HEADERS).json or {}
        assert outcome(database) == OUTCOME
        assert body["process"]["processed"] == 0
        assert body["maintenance"]["items"]["staleDrafts"]["recovered"] == 0

    def test_the_answer_counts_it(self, client: FlaskClient, database: Database) -> None:
        seed_overdue(database)
        body: dict[str, Any] = client.get(URL, headers=HEADERS).json or {}
        items = body["maintenance"]["items"]
        assert set(items) == {item.name for item in ITEMS}
        assert body["process"]["succeeded"] == 1
        assert (items["staleDrafts"]["recovered"], items["staleDrafts"]["unconfirmed"]) == (3, 1)
        assert items["draftPipelineRuns"]["pruned"] == 1
        assert items["leadMemory"]["pruned"] == 1
        assert items["workspaceMemory"]["pruned"] == 1
        assert (items["ownRetention"]["jobs"], items["ownRetention"]["runs"]) == (1, 1)


class TestTwoAtOnce:
    def test_do_each_piece_of_work_once(
        self, composed: Callable[..., Composition], database: Database
    ) -> None:
        """Failure D5: two instances are called at the same moment; nothing waits, nothing is doubled."""
        seed_overdue(database)
        clients = [create_app(composed()).test_client() for _ in range(2)]
        ready = threading.Barrier(2)

        def call(client: FlaskClient) -> dict[str, Any]:
            ready.wait(30)
            body: dict[str, Any] = client.get(URL, headers=HEADERS).json or {}
            return body

        with ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(call, clients))
        assert {body["mode"] for body in answers} <= {"inline", "busy"}
        assert outcome(database) == OUTCOME
        assert sum(body["process"]["succeeded"] for body in answers if body["process"]) == 1
        recovered = [
            b["maintenance"]["items"]["staleDrafts"]["recovered"] for b in answers if b["maintenance"]
        ]
        assert sum(recovered) == 3


class TestStatus:
    def test_each_responsibility_leaves_its_run_and_its_blob(
        self, client: FlaskClient, database: Database, cache: "redis.Redis"
    ) -> None:
        """Exactly the fields of design §6, in a real Redis."""
        client.get(URL, headers=HEADERS)
        for responsibility in RESPONSIBILITIES:
            blob = json.loads(str(cache.get(f"job:v1:global:{responsibility.job_name}")))
            assert set(blob) == BLOB_FIELDS
            assert (blob["status"], blob["source"], blob["attempt"]) == ("succeeded", "inline", 0)
        assert database.rows("SELECT job_name, status FROM runs ORDER BY 1") == [
            ("background-maintenance", "succeeded"),
            ("process-background-jobs", "succeeded"),
        ]
