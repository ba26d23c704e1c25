"""`flask rollout show`: where a tick goes and why, how it went, and what is degraded."""

import pytest

from lib.clock import iso
from lib.status.run_status import JobName
from tests import seed
from tests.conftest import Database
from tests.operator.commands.rollout_command import Rollout, open_breaker
from tests.unreadable_controls import unreadable_controls

PRODUCTION = {"DEPLOYMENT": "production", "CRON_SECRET": "production-cron-secret"}


class TestShow:
    def test_nothing_yet(self, rollout: Rollout) -> None:
        told = rollout.json("show")
        assert (told["degraded"], told["next"]["mode"], told["next"]["reason"]) == (
            False,
            "inngest",
            "enabled",
        )
        assert [(lever["name"], lever["value"], lever["source"]) for lever in told["levers"]] == [
            ("BACKGROUND_JOBS_USE_INNGEST", True, "environment"),
            ("dispatch.mode", "auto", "default"),
            ("dispatch.percent", 100, "default"),
        ]
        assert [(one["responsibility"], one["state"]) for one in told["breakers"]] == [
            ("process", "closed"),
            ("maintenance", "closed"),
        ]
        assert (told["windows"], told["lastTickAt"], told["ticksMissing"]) == ([], None, None)

    def test_who_said_so(self, rollout: Rollout) -> None:
        rollout("back", "--for", "1h", "--why", "it burns")
        (lever,) = [one for one in rollout.json("show")["levers"] if one["name"] == "dispatch.mode"]
        assert (lever["value"], lever["source"], lever["reason"]) == ("inline", "control", "it burns")
        assert lever["actor"].startswith("cli:")
        assert lever["changedAt"] < lever["expiresAt"]

    def test_the_latest_windows(self, rollout: Rollout, database: Database) -> None:
        for number in range(12):
            seed.tick(database, f"key {number}", seconds_ago=60 * number)
        assert [one["dispatchKey"] for one in rollout.json("show")["windows"]] == [
            f"key {number}" for number in range(10)
        ]
        (newest,) = rollout.json("show", "--windows", "1")["windows"]
        assert (newest["mode"], newest["reason"], newest["ticks"]) == ("inline", "flag_off", 1)

    def test_for_people(self, rollout: Rollout, database: Database) -> None:
        """The same, and nothing cut in a pipe."""
        seed.tick(database, "background-jobs:v1:60:2026-11-23T19:50:00Z")
        rollout("set", "5", "--why", "a first stage that is described in many words, as it should be")
        told = rollout("show")
        assert told.exit_code == 0, told.output
        for words in (
            "Next tick: ",
            "a first stage that is described in many words, as it should be",
            "background-jobs:v1:60:2026-11-23T19:50:00Z",
            "process: 0 lines unexecuted, 0 waiting, 0 on their way.",
        ):
            assert words in told.stdout


class TestDegraded:
    """Exit 7, whatever is less than what was asked for."""

    def test_a_breaker_is_open(self, rollout: Rollout, database: Database) -> None:
        open_breaker(database, JobName.MAINTENANCE)
        told = rollout.json("show", code=7)
        (breaker,) = [one for one in told["breakers"] if one["state"] == "open"]
        assert (breaker["responsibility"], breaker["reason"]) == ("maintenance", "lines_failed")
        assert (
            breaker["probeAfter"]
            > breaker["openedAt"]
            == iso(database.value("SELECT opened_at FROM breakers"))
        )

    def test_nobody_executes_a_line(self, rollout: Rollout, database: Database) -> None:
        seed.tick(database, "key", seconds_ago=400)
        seed.line(database, "key", JobName.PROCESS, "unexecuted", seconds_ago=400)
        told = rollout.json("show", code=7)
        assert told["lines"][0] == {"responsibility": "process", "young": 0, "waiting": 0, "unexecuted": 1}

    def test_a_run_fell_silent(self, rollout: Rollout, database: Database) -> None:
        database.run(
            "INSERT INTO runs (job_name, run_id, source, status, owner, beat_at) VALUES"
            " (%s, 'r', 'inngest', 'running', 'x', everytick_now() - interval '16 minutes')",
            JobName.PROCESS,
        )
        assert rollout.json("show", code=7)["stuckRuns"] == 1

    def test_ticks_do_not_come(self, rollout: Rollout, database: Database) -> None:
        """In production, which has a cron."""
        database.run("UPDATE environment_stamp SET kind = 'production'")
        rollout.changes = PRODUCTION
        seed.tick(database, "key", seconds_ago=600)
        assert rollout.json("show", code=7)["ticksMissing"] == 9
        seed.tick(database, "another")
        assert rollout.json("show")["ticksMissing"] == 0

    @pytest.mark.parametrize(
        ("control", "value", "reason"),
        [("dispatch_mode", "inlin", "control_unreadable"), ("jobs_paused", [], "enabled")],
    )
    def test_a_control_cannot_be_read(
        self, rollout: Rollout, database: Database, control: str, value: object, reason: str
    ) -> None:
        """It says so, and what to do."""
        with unreadable_controls(database, **{control: value}):
            told = rollout.json("show", code=7)
            shown = rollout("show")
        assert (told["degraded"], told["next"]["reason"]) == (True, reason)
        (unreadable,) = told["unreadable"]
        assert (unreadable["value"], unreadable["actor"]) == (value, "newer")
        assert shown.exit_code == 7
        assert unreadable["cure"] in shown.stdout

    def test_inngest_cannot_be_used(self, rollout: Rollout) -> None:
        """The flag is on, and there are no keys."""
        rollout.changes = {"BACKGROUND_JOBS_USE_INNGEST": "true"}
        assert rollout.json("show", code=7)["next"]["reason"] == "inngest_unusable"

    @pytest.mark.parametrize("as_json", [(), ("--json",)])
    def test_without_a_database(self, rollout: Rollout, as_json: tuple[str, ...]) -> None:
        rollout.changes["DATABASE_URL"] = "postgresql://127.0.0.1:1/none"
        rollout.changes["DATABASE_CONNECT_TIMEOUT_MS"] = "1000"
        assert rollout("show", *as_json).exit_code == 1
