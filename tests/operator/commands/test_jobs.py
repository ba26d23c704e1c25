"""`flask jobs`: an operator's hands on the queue (design §3)."""

import json
from datetime import timedelta
from typing import Any

import pytest
from click.testing import Result
from flask import Flask

from tests.conftest import Database


class Cli:
    def __init__(self, app: Flask, database: Database) -> None:
        self._app = app
        self.database = database

    def __call__(self, *arguments: str, stdin: str | None = None) -> Result:
        return self._app.test_cli_runner().invoke(args=["jobs", *arguments], input=stdin)

    def json(self, *arguments: str, code: int = 0) -> Any:
        result = self(*arguments, "--json")
        assert result.exit_code == code, result.output
        return json.loads(result.stdout)

    def enqueue(self, payload: str = "{}", *arguments: str) -> list[int]:
        made: list[int] = self.json("enqueue", "--kind", "system.noop", "--payload", payload, *arguments)[
            "jobIds"
        ]
        return made


@pytest.fixture
def cli(flask_app: Flask, database: Database) -> Cli:
    return Cli(flask_app, database)


class TestEnqueue:
    def test_one(self, cli: Cli) -> None:
        assert cli.json("enqueue", "--kind", "system.noop", "--workspace", "Acme") == {
            "dryRun": False,
            "enqueued": 1,
            "duplicates": 0,
            "jobIds": [1],
        }
        shown = cli.json("show", "1")
        assert (shown["kind"], shown["status"], shown["workspace"], shown["payload"]) == (
            "system.noop",
            "pending",
            "Acme",
            {"sleepMs": 0, "fail": None},
        )

    def test_many(self, cli: Cli) -> None:
        result = cli("enqueue", "--kind", "system.noop", "--count", "6000")
        assert result.stdout == "Enqueued 6000 of system.noop; 0 already there.\nJobs 1 to 6000.\n"
        assert cli.database.value("SELECT count(*) FROM jobs") == 6000

    def test_payload_from_standard_input(self, cli: Cli) -> None:
        result = cli("enqueue", "--kind", "system.noop", "--payload", "-", stdin='{"sleepMs": 3}')
        assert result.exit_code == 0
        assert cli.json("show", "1")["payload"]["sleepMs"] == 3

    def test_dry_run(self, cli: Cli) -> None:
        """Nothing is left of it: no job, no workspace."""
        result = cli("enqueue", "--kind", "system.noop", "--workspace", "Acme", "--dry-run")
        assert result.stdout == "Would enqueue 1 of system.noop; 0 already there.\n"
        assert (
            cli.database.value("SELECT (SELECT count(*) FROM jobs) + (SELECT count(*) FROM workspaces)") == 0
        )

    def test_later(self, cli: Cli) -> None:
        """A delay counts from the database's now, whatever the instance's clock says."""
        cli.database.shift_clock(timedelta(days=-1))
        (delayed,) = cli.enqueue("{}", "--delay", "3600")
        (dated,) = cli.enqueue("{}", "--run-at", "2199-01-01T00:00:00Z")
        assert [cli.json("show", str(job))["status"] for job in (delayed, dated)] == ["scheduled"] * 2
        cli.database.shift_clock(timedelta(days=-1, hours=1, seconds=1))
        assert cli.json("drain")["succeeded"] == 1

    @pytest.mark.parametrize(
        "arguments",
        [
            pytest.param(["--kind", "test.unheard_of"], id="unknown kind"),
            pytest.param(["--kind", "system.noop", "--payload", '{"wrong": 1}'], id="does not fit"),
            pytest.param(["--kind", "system.noop", "--payload", "{"], id="no JSON"),
            pytest.param(["--kind", "system.noop", "--payload", "[]"], id="no object"),
            pytest.param(["--kind", "system.noop", "--count", "0"], id="count"),
            pytest.param(["--kind", "system.noop", "--dedupe-key", "k"], id="kind without uniqueness"),
            pytest.param(["--kind", "system.noop", "--run-at", "tomorrow"], id="no time"),
            pytest.param(["--kind", "system.noop", "--run-at", "2030-01-01T00:00"], id="no time zone"),
            pytest.param(
                ["--kind", "system.noop", "--run-at", "2030-01-01T00:00Z", "--delay", "1"], id="both"
            ),
            pytest.param(["--kind", "system.noop", "--workspace", " "], id="blank workspace"),
            pytest.param([], id="no kind"),
        ],
    )
    def test_usage(self, cli: Cli, arguments: list[str]) -> None:
        assert cli("enqueue", *arguments).exit_code == 2
        assert cli.database.value("SELECT count(*) FROM jobs") == 0


class TestList:
    def test_filters(self, cli: Cli) -> None:
        cli.enqueue("{}", "--workspace", "Acme")
        cli.enqueue('{"fail": "permanent"}', "--count", "2")
        cli.json("drain")

        assert [job["id"] for job in cli.json("list")["jobs"]] == [3, 2, 1]
        assert [job["id"] for job in cli.json("list", "--status", "dead", "--limit", "1")["jobs"]] == [3]
        assert [job["id"] for job in cli.json("list", "--workspace", "Acme")["jobs"]] == [1]
        assert cli.json("list", "--kind", "test.other", code=4) == {"jobs": []}

    def test_table(self, cli: Cli) -> None:
        cli.enqueue("{}", "--workspace", "Acme")
        result = cli("list")
        assert result.exit_code == 0
        assert "system.noop" in result.stdout
        assert cli("list", "--status", "dead").exit_code == 4


class TestShow:
    def test_missing(self, cli: Cli) -> None:
        result = cli("show", "99")
        assert (result.exit_code, result.stdout) == (4, "")
        assert "There is no job 99" in result.stderr

    def test_words(self, cli: Cli) -> None:
        cli.enqueue()
        assert 'payload  {"fail": null, "sleepMs": 0}' in cli("show", "1").stdout


class TestDrain:
    def test_summary(self, cli: Cli) -> None:
        cli.enqueue("{}", "--count", "3")
        told = cli.json("drain", "--limit", "2", "--workers", "1", "--budget-ms", "30000")
        assert list(told) == [
            "releasedStale",
            "claimed",
            "processed",
            "succeeded",
            "failed",
            "retried",
            "rescheduled",
            "dead",
            "skipped",
            "remaining",
            "durationMs",
            "stoppedBecause",
        ]
        assert (told["succeeded"], told["remaining"], told["stoppedBecause"]) == (2, 1, "limit")

    def test_table(self, cli: Cli) -> None:
        cli.enqueue()
        assert "stoppedBecause" in cli("drain").stdout

    def test_dry_run(self, cli: Cli) -> None:
        cli.enqueue("{}", "--count", "3")
        assert cli.json("drain", "--dry-run", "--limit", "2") == {"dryRun": True, "due": 3, "wouldClaim": 2}
        assert cli("drain", "--dry-run").stdout == "Would run up to 3 of 3 due jobs.\n"


class TestRetry:
    def test_dead(self, cli: Cli) -> None:
        """A dead job goes back with all its attempts; one that isn't is refused (exit 1)."""
        (dead,) = cli.enqueue('{"fail": "permanent"}')
        cli.json("drain")
        (waiting,) = cli.enqueue()

        told = cli.json("retry", str(dead), str(waiting), code=1)["jobs"]

        assert told == [
            {"id": dead, "was": "dead", "changed": True, "problem": None},
            {"id": waiting, "was": "pending", "changed": False, "problem": "it is pending"},
        ]
        shown = cli.json("show", str(dead))
        assert (shown["status"], shown["attempt"], shown["finishedAt"]) == ("pending", 0, None)
        assert shown["lastError"] == "Permanent: asked to fail for good"

    def test_all_dead(self, cli: Cli) -> None:
        assert cli("retry", "--all-dead").exit_code == 4
        cli.enqueue('{"fail": "permanent"}', "--count", "3")
        cli.json("drain")
        assert cli("retry", "--all-dead", "--dry-run").stdout.count("would be retried") == 3
        assert cli.json("health")["dead"] == 3
        assert cli("retry", "--all-dead").exit_code == 0
        assert cli.json("health")["due"] == 3

    def test_usage(self, cli: Cli) -> None:
        assert cli("retry").exit_code == 2
        assert cli("retry", "1", "--all-dead").exit_code == 2
        assert cli("retry", "99").exit_code == 4


class TestDiscard:
    def test_waiting(self, cli: Cli) -> None:
        """What waits is thrown away, with who and why; what ended is refused."""
        first, second = cli.enqueue("{}", "--count", "2")
        assert cli("discard", str(first), "--reason", "not wanted").stdout == f"Job {first} discarded.\n"
        cli.json("drain")

        result = cli("discard", str(second), "--reason", "too late")
        assert (result.exit_code, result.stdout) == (1, f"Job {second} not changed: it is succeeded.\n")
        assert cli.json("show", str(first))["lastError"].endswith(": not wanted")

    def test_dry_run(self, cli: Cli) -> None:
        (job,) = cli.enqueue()
        assert cli("discard", str(job), "--reason", "x", "--dry-run").stdout == "Job 1 would be discarded.\n"
        assert cli.json("show", str(job))["status"] == "pending"

    def test_usage(self, cli: Cli) -> None:
        assert cli("discard", "1").exit_code == 2
        assert cli("discard", "--reason", "x").exit_code == 2
        assert cli("discard", "1", "--reason", " ").exit_code == 2
        assert cli.json("discard", "7", "--reason", "x", code=4)["jobs"][0]["problem"] == (
            "there is no such job"
        )


class TestPause:
    def test_kind_and_workspace(self, cli: Cli) -> None:
        """What is paused waits; resumed, it runs. Who and why are kept with the control."""
        cli.enqueue("{}", "--workspace", "Acme")
        cli.enqueue()
        assert cli("pause", "--workspace", "Acme", "--reason", "asked").stdout.startswith(
            "Paused now: workspace "
        )
        assert cli.json("drain")["succeeded"] == 1

        cli.json("pause", "--kind", "system.noop", "--reason", "broken")
        cli.enqueue()
        assert cli.json("drain")["succeeded"] == 0
        assert cli.json("health")["paused"]["kinds"] == ["system.noop"]

        cli.json("resume", "--workspace", "Acme", "--reason", "mended")
        assert cli.json("drain")["succeeded"] == 0
        assert cli("resume", "--all", "--reason", "mended").stdout == "Paused now: nothing.\n"
        assert cli.json("drain")["succeeded"] == 2
        assert cli.database.value("SELECT count(*) FROM control_changes") == 4
        assert cli("resume", "--all", "--reason", "again").exit_code == 4

    def test_dry_run(self, cli: Cli) -> None:
        told = cli.json("pause", "--kind", "system.noop", "--reason", "x", "--dry-run")
        assert told == {"dryRun": True, "paused": {"kinds": ["system.noop"], "workspaces": []}}
        assert cli.json("health")["paused"] == {"kinds": [], "workspaces": []}

    def test_usage(self, cli: Cli) -> None:
        assert cli("pause", "--reason", "x").exit_code == 2
        assert cli("pause", "--kind", "test.unheard_of", "--reason", "x").exit_code == 2
        assert cli("pause", "--workspace", "nobody", "--reason", "x").exit_code == 4


class TestHealth:
    def test_stale(self, cli: Cli) -> None:
        """The oldest due job is older than the alert minutes: exit 7 (D4)."""
        cli.enqueue()
        assert cli("health").exit_code == 0
        cli.database.shift_clock(timedelta(minutes=31))

        told = cli.json("health", code=7)

        assert (told["healthy"], told["stale"], told["due"]) == (False, True, 1)
        assert (told["oldestDueId"], told["oldestDueKind"]) == (1, "system.noop")
        assert told["oldestDueAgeSeconds"] > 31 * 60


def test_database_away(cli: Cli, flask_app: Flask) -> None:
    """PostgreSQL away: exit 1 and one line."""
    assert cli("health").exit_code == 0
    flask_app.extensions["everytick"].services.store.close()
    result = cli("list")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("store_unavailable: ")
