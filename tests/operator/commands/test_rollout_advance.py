"""`flask rollout advance` and `auto`: the next stage by evidence, once or by the ticks themselves."""

import pytest

from tests.conftest import Database
from tests.operator.commands.rollout_command import Rollout
from tests.windows import Past, past_windows


@pytest.fixture
def stage(rollout: Rollout, database: Database) -> Rollout:
    """25 % in force for a day, with 80 windows that went well."""
    rollout("set", "25", "--why", "the second stage")
    database.run("UPDATE controls SET changed_at = everytick_now() - interval '1 day'")
    past_windows(database, *[Past()] * 80, upto=1)
    return rollout


class TestAdvance:
    def test_with_evidence(self, stage: Rollout) -> None:
        told = stage.json("advance")
        assert [(one["name"], one["old"], one["new"]) for one in told["changes"]] == [
            ("dispatch.percent", 25, 100),
            ("dispatch.mode", "auto", "auto"),
        ]
        assert told["next"]["mode"] == "inngest"
        assert stage.controls == {"dispatch.percent": 100, "dispatch.mode": "auto"}

    def test_the_evidence_is_kept_as_the_reason(self, stage: Rollout, database: Database) -> None:
        stage("advance")
        reason = database.value("SELECT reason FROM controls WHERE name = 'dispatch.percent'")
        assert reason.startswith("evidence at 25 %: 80 windows, 100 % executed, in ")

    def test_or_the_operators_own(self, stage: Rollout, database: Database) -> None:
        stage("advance", "--why", "the team agreed")
        assert (
            database.value("SELECT reason FROM controls WHERE name = 'dispatch.percent'") == "the team agreed"
        )

    def test_without_evidence(self, rollout: Rollout) -> None:
        """Refused, with what is missing, and nothing is changed."""
        rollout("set", "5", "--why", "the first stage")
        refused = rollout("advance")
        assert refused.exit_code == 6, refused.output
        assert "not_advanced: 5 % has not shown enough for 25 %:" in refused.stderr
        assert "  windows (process): 0, at least 20 needed" in refused.stderr
        assert rollout.controls["dispatch.percent"] == 5
        assert rollout.json("advance", code=6)["error"]["code"] == "not_advanced"

    def test_what_is_refused_is_not_logged_as_changed(self, rollout: Rollout) -> None:
        rollout("set", "5", "--why", "the first stage")
        refused = rollout("advance")
        assert refused.exit_code == 6
        assert "control.changed" not in refused.output

    def test_by_force(self, rollout: Rollout) -> None:
        rollout("set", "5", "--why", "the first stage")
        assert rollout("advance", "--force").exit_code == 2
        assert rollout("advance", "--force", "--why", "a drill").exit_code == 0
        assert rollout.controls["dispatch.percent"] == 25

    def test_a_dry_run(self, stage: Rollout) -> None:
        told = stage.json("advance", "--dry-run")
        assert (told["dryRun"], told["changes"][0]["new"], told["next"]) == (True, 100, None)
        assert stage.controls["dispatch.percent"] == 25

    def test_at_the_last_stage(self, rollout: Rollout) -> None:
        assert rollout.json("advance", code=4)["error"]["code"] == "no_further_stage"

    def test_beyond_what_the_environment_lets_go(self, stage: Rollout) -> None:
        """Evidence or not: the variable is named."""
        stage.changes["BACKGROUND_JOBS_INNGEST_PERCENT"] = "50"
        refused = stage("advance")
        assert refused.exit_code == 2
        assert "BACKGROUND_JOBS_INNGEST_PERCENT is 50" in refused.stderr

    def test_while_it_is_back(self, stage: Rollout) -> None:
        stage("back", "--why", "it looks odd")
        refused = stage("advance")
        assert refused.exit_code == 6
        assert "road: mode_inline, open needed" in refused.stderr


class TestAuto:
    def test_on_and_off(self, rollout: Rollout) -> None:
        assert rollout("auto", "on").stdout.startswith("rollout.auto is now on (it was not set).")
        assert rollout.controls == {"rollout.auto": True}
        off = rollout("auto", "off", "--why", "by hand from here")
        assert off.stdout.startswith("rollout.auto is now off (it was on).")
        assert rollout.controls == {"rollout.auto": False}

    def test_it_says_what_keeps_it_from_moving(self, rollout: Rollout) -> None:
        rollout("back", "--why", "it looks odd")
        assert "No stage is tried yet: mode inline." in rollout("auto", "on").stdout

    def test_a_dry_run(self, rollout: Rollout) -> None:
        assert rollout.json("auto", "on", "--dry-run")["changes"][0]["new"] is True
        assert rollout.controls == {}

    def test_nothing_else(self, rollout: Rollout) -> None:
        assert rollout("auto", "maybe").exit_code == 2


class TestShow:
    def test_the_gate_beside_its_thresholds(self, stage: Rollout) -> None:
        told = stage.json("show")
        assert (told["auto"], told["gate"]["verdict"], told["gate"]["next"]) == (False, "advance", 100)
        (windows,) = [
            one
            for one in told["gate"]["measures"]
            if (one["measure"], one["responsibility"]) == ("windows", "process")
        ]
        assert (windows["seen"], windows["needed"], windows["atLeast"], windows["standing"]) == (
            80,
            20,
            True,
            "met",
        )
        assert told["evidence"]["stage"]["percent"] == 25
        (seen,) = told["stages"]
        inngest = [
            one for one in seen["work"] if (one["responsibility"], one["way"]) == ("process", "inngest")
        ]
        assert inngest[0]["secondsToEnd"] == {"p50": 5, "p95": 5, "max": 5}

    def test_a_bar_is_full_only_once_it_is_met(self, rollout: Rollout, database: Database) -> None:
        """19 of 20 windows are not 20."""
        rollout("set", "25", "--why", "the second stage")
        database.run("UPDATE controls SET changed_at = everytick_now() - interval '1 day'")
        past_windows(database, *[Past()] * 19, upto=1)
        lines = rollout("show").stdout.splitlines()
        (windows,) = [line for line in lines if "windows" in line and "process" in line]
        assert windows.count("█") == 11

    def test_evidence_to_go_back_is_degraded(self, rollout: Rollout, database: Database) -> None:
        rollout("set", "25", "--why", "the second stage")
        database.run("UPDATE controls SET changed_at = everytick_now() - interval '1 day'")
        past_windows(database, *[Past()] * 8, *[Past(executed=False, failure="unexecuted")] * 2, upto=1)
        told = rollout.json("show", code=7)
        assert told["gate"]["reasons"] == [
            "executed (maintenance): 80 %, at least 95 % needed",
            "executed (process): 80 %, at least 95 % needed",
        ]

    def test_for_people(self, stage: Rollout) -> None:
        told = stage("show").stdout
        for words in ("Stage 25 % (since ", "auto off): advance, it has shown enough.", "at least 95 %"):
            assert words in told
        assert "█" * 59 in told, "an hour of the chart"
        assert "(blank: no tick)" in told
