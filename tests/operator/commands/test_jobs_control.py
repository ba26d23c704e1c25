"""`flask jobs retry/discard/pause/resume` (design §3, §10)."""

from tests import seed
from tests.operator.commands.conftest import Cli


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

    def test_why(self, cli: Cli) -> None:
        """Kept with the job where it is said, before what the job died of."""
        job = seed.finished_job(cli.database, days_ago=0, status="dead")
        assert cli("retry", str(job), "--reason", " ").exit_code == 2
        assert cli("retry", str(job), "--reason", "mended").exit_code == 0
        noted = cli.json("show", str(job))["lastError"]
        assert noted.startswith("retried by cli:")
        assert noted.endswith(": mended; as seeded")

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
