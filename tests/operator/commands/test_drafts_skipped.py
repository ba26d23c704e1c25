import json

import pytest
from flask import Flask

from tests import seed
from tests.conftest import Database

EVIDENCE = '{"header": "Auto-Submitted: auto-replied", "awayUntil": "2026-03-09"}'


def run(app: Flask, *args: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["drafts", "skipped", *args])
    return result.exit_code, result.stdout


@pytest.fixture
def messages(database: Database) -> list[str]:
    """Two that got no draft: an absence note, and before it one that was answered."""
    workspace = seed.workspace(database)
    lead = seed.lead(database, workspace)
    made = []
    for minutes, reason, evidence in ((2, "already_answered", None), (1, "automated_reply", EVIDENCE)):
        message = seed.inbound(database, workspace, lead)
        database.run(
            "INSERT INTO draft_pipeline_runs (workspace_id, lead_id, trigger_message_id, channel, status,"
            " reason, evidence, created_at, finished_at) VALUES (%s, %s, %s, 'email', 'ABORTED', %s, %s,"
            " everytick_now() - make_interval(mins => %s), everytick_now())",
            *(workspace, lead, message, reason, evidence, minutes),
        )
        made.append(str(message))
    return made


class TestSkipped:
    """Domain §2: nothing that did not happen goes unexplained (failure D4)."""

    def test_the_newest_first_with_what_told_the_reason(self, flask_app: Flask, messages: list[str]) -> None:
        answered, away = messages
        told = "Auto-Submitted: auto-replied; away until 2026-03-09"
        assert run(flask_app)[1].splitlines() == [
            f"{away}  automated_reply ({told})  lea@example.com  (no subject)",
            f"{answered}  already_answered  lea@example.com  (no subject)",
        ]

    def test_for_one_reason(self, flask_app: Flask, messages: list[str]) -> None:
        code, out = run(flask_app, "--reason", "already_answered", "--json")
        (shown,) = json.loads(out)["skipped"]
        assert (code, shown["messageId"], shown["evidence"]) == (0, messages[0], None)

    def test_none(self, flask_app: Flask, messages: list[str]) -> None:
        del messages
        assert run(flask_app, "--reason", "opt_out") == (4, "No message fits.\n")
        assert run(flask_app, "--reason", "because")[0] == 2
