import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask

from app import create_app
from lib.clock import Deadline
from lib.composition import Composition, compose
from lib.services import Services
from lib.status.run_status import RunStatus
from lib.work import responsibilities
from lib.work.responsibilities import Outcome
from tests import seed
from tests.conftest import Database


def with_outcome(monkeypatch: pytest.MonkeyPatch, status: RunStatus) -> None:
    def work(_services: Services, _deadline: Deadline) -> Outcome:
        return Outcome(status=status, summary={}, error="as the test says")

    changed = tuple(replace(r, work=work) for r in responsibilities.RESPONSIBILITIES)
    monkeypatch.setattr("lib.ticks.inline.RESPONSIBILITIES", changed)


class TestDryRun:
    def test_says_what_would_be_done_and_does_nothing(self, flask_app: Flask, database: Database) -> None:
        seed.due_job(database)
        result = flask_app.test_cli_runner().invoke(args=["tick", "--dry-run"])
        foreseen = json.loads(result.stdout)
        assert result.exit_code == 0
        assert (foreseen["mode"], foreseen["reason"], foreseen["due"]) == ("inline", "flag_off", 1)
        assert database.rows("SELECT * FROM runs") == []
        assert database.rows("SELECT * FROM dispatches") == []


class TestSummary:
    """For people: one line on standard error, where that is a terminal."""

    @pytest.fixture
    def terminal(self) -> dict[str, str]:
        return {"FORCE_COLOR": "1"}

    def test_says_in_a_line_what_was_done(
        self, flask_app: Flask, database: Database, terminal: dict[str, str]
    ) -> None:
        seed.due_job(database)
        result = flask_app.test_cli_runner().invoke(args=["tick"], env=terminal)
        assert json.loads(result.stdout)["process"]["processed"] == 1
        assert result.stderr.endswith(
            "Tick inline (flag_off); maintenance succeeded; process succeeded: 1 jobs done, 0 left.\n"
        )

    def test_names_what_failed(
        self, flask_app: Flask, terminal: dict[str, str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with_outcome(monkeypatch, RunStatus.FAILED)
        result = flask_app.test_cli_runner().invoke(args=["tick"], env=terminal)
        assert "; process failed: as the test says" in result.stderr

    @pytest.mark.parametrize(
        ("arguments", "is_terminal"),
        [(["tick", "--json"], True), (["tick"], False)],
        ids=["--json", "a pipe"],
    )
    def test_is_for_people_only(
        self, flask_app: Flask, terminal: dict[str, str], arguments: list[str], *, is_terminal: bool
    ) -> None:
        result = flask_app.test_cli_runner().invoke(args=arguments, env=terminal if is_terminal else None)
        assert result.exit_code == 0
        assert "Tick inline" not in result.output


class TestRefused:
    def test_is_json_where_that_was_asked_for(self) -> None:
        """Every command has --json, and its refusals too (design §3)."""
        app = create_app(compose({"DEPLOYMENT": "production"}))
        result = app.test_cli_runner().invoke(args=["tick", "--json"])
        assert result.exit_code == 3
        error = json.loads(result.stdout)["error"]
        assert {p["code"] for p in error["problems"]} >= {"cron_secret_missing", "embedded_database"}
        assert error["code"] in {p["code"] for p in error["problems"]}


class TestExitCode:
    @pytest.mark.parametrize(
        ("status", "code"),
        [(RunStatus.SUCCEEDED, 0), (RunStatus.DEGRADED, 7), (RunStatus.FAILED, 1)],
    )
    def test_follows_the_work(
        self, flask_app: Flask, monkeypatch: pytest.MonkeyPatch, status: RunStatus, code: int
    ) -> None:
        """Design §3: 0 well, 1 failed, 7 degraded."""
        with_outcome(monkeypatch, status)
        result = flask_app.test_cli_runner().invoke(args=["tick"])
        assert result.exit_code == code
        assert json.loads(result.stdout)["success"] is (code != 1)

    def test_a_database_that_is_away(self) -> None:
        app = create_app(compose({"DATABASE_URL": "postgresql://127.0.0.1:1/none"}))
        result = app.test_cli_runner().invoke(args=["tick"])
        assert result.exit_code == 1
        assert result.stderr.endswith(
            "store_unavailable: PostgreSQL did not answer in time; nothing was changed, try again when it"
            " is back.\n"
        )

    def test_a_degraded_flag(self, composed: Callable[..., Composition]) -> None:
        """Failure L20: the flag is on, nothing can be sent, and the tick says so."""
        app = create_app(composed(BACKGROUND_JOBS_USE_INNGEST="true"))
        result = app.test_cli_runner().invoke(args=["tick", "--json"])
        body = json.loads(result.stdout)
        assert result.exit_code == 7
        assert (body["reason"], body["degraded"]) == ("inngest_unusable", True)
