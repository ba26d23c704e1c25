import json
from typing import Any

import redis
from flask import Flask
from flask.testing import FlaskClient

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
