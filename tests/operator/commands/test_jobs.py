"""`flask jobs`: an operator's hands on the queue (design §3)."""

from datetime import timedelta

import pytest
from flask import Flask

from tests.operator.commands.conftest import Cli


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

    def test_table_in_a_pipe_is_whole(self, cli: Cli) -> None:
        """One line for each job, nothing cut: whoever reads it has no 80 columns."""
        cli.enqueue()
        error = "It failed for a reason that takes more than a line of a terminal to explain. " * 4
        cli.database.run(
            "UPDATE jobs SET status = 'dead', finished_at = everytick_now(), last_error = %s", error
        )
        assert error.strip() in cli("list").stdout

    @pytest.mark.parametrize(
        "text", ["[/red]", "[bold]x[/bold]", "[link=https://evil.example]x[/link]", ":x:"]
    )
    def test_a_cell_is_text(self, cli: Cli, text: str) -> None:
        """What looks like markup in a stranger's text is shown, neither followed nor stumbled over."""
        cli.enqueue()
        cli.database.run(
            "UPDATE jobs SET status = 'dead', finished_at = everytick_now(), last_error = %s", text
        )
        assert text in cli("list").stdout


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
