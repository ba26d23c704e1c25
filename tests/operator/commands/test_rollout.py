"""`flask rollout set/back/reset-breaker` as an operator types it (design §3, §10)."""

from datetime import timedelta

import pytest

from lib.status.run_status import JobName
from tests.conftest import Database
from tests.operator.commands.rollout_command import Rollout, open_breaker
from tests.ticks.dispatching import at_window_start, sending_to, tick
from tests.ticks.event_apis import event_api, takes


class TestSet:
    def test_a_share(self, rollout: Rollout) -> None:
        """It also sets the mode auto: what was forced before would make the share a lie."""
        rollout("set", "--mode", "inline", "--why", "calm")
        told = rollout.json("set", "25", "--why", "first stage")
        assert told["changes"] == [
            {"name": "dispatch.percent", "old": None, "new": 25, "expiresAt": None},
            {"name": "dispatch.mode", "old": "inline", "new": "auto", "expiresAt": None},
        ]
        assert rollout.controls == {"dispatch.percent": 25, "dispatch.mode": "auto"}
        assert rollout.database.value("SELECT count(*) FROM control_changes") == 3

    @pytest.mark.parametrize(
        ("mode", "next_mode", "reason"),
        [("inline", "inline", "control_inline"), ("inngest", "inngest", "enabled")],
    )
    def test_a_mode(self, rollout: Rollout, mode: str, next_mode: str, reason: str) -> None:
        """What the next tick makes of it is told at once."""
        told = rollout.json("set", "--mode", mode, "--why", "to see")
        assert (told["next"]["mode"], told["next"]["reason"]) == (next_mode, reason)
        assert rollout.controls == {"dispatch.mode": mode}

    def test_the_environment_is_the_ceiling(self, rollout: Rollout) -> None:
        rollout.changes["BACKGROUND_JOBS_INNGEST_PERCENT"] = "25"
        refused = rollout("set", "26", "--why", "more")
        assert refused.exit_code == 2
        assert "BACKGROUND_JOBS_INNGEST_PERCENT is 25" in refused.stderr
        assert rollout("set", "25", "--why", "all of it").exit_code == 0

    def test_the_flag_always_wins(self, rollout: Rollout) -> None:
        rollout.changes = {}
        assert rollout.json("set", "--mode", "inngest", "--why", "try")["next"]["reason"] == "flag_off"

    def test_for_a_while(self, rollout: Rollout) -> None:
        """When it is over, the control counts as not set."""
        told = rollout.json("set", "--mode", "inngest", "--for", "2h", "--why", "test")
        assert told["changes"][0]["expiresAt"] is not None
        left = rollout.database.value("SELECT expires_at - changed_at FROM controls")
        assert timedelta(minutes=119) < left <= timedelta(hours=2)
        rollout.database.shift_clock(timedelta(hours=2))
        assert rollout.json("show")["levers"][1]["source"] == "default"

    def test_dry_run(self, rollout: Rollout) -> None:
        told = rollout("set", "5", "--why", "x", "--dry-run")
        assert told.stdout.splitlines() == [
            "dispatch.percent would become 5 (it was not set).",
            "dispatch.mode would become auto (it was not set).",
        ]
        assert rollout.controls == {}

    @pytest.mark.parametrize(
        "arguments",
        [
            pytest.param(("--why", "x"), id="nothing"),
            pytest.param(("5", "--mode", "auto", "--why", "x"), id="both"),
            pytest.param(("5",), id="no reason"),
            pytest.param(("5", "--why", " "), id="a blank reason"),
            pytest.param(("101", "--why", "x"), id="more than all"),
            pytest.param(("--mode", "shadow", "--why", "x"), id="no mode"),
            pytest.param(("5", "--for", "1h", "--why", "x"), id="a share that ends in more"),
            pytest.param(("--mode", "auto", "--for", "soon", "--why", "x"), id="no duration"),
            pytest.param(("--mode", "auto", "--for", "9999d", "--why", "x"), id="more than a year"),
        ],
    )
    def test_usage(self, rollout: Rollout, arguments: tuple[str, ...]) -> None:
        assert rollout("set", *arguments).exit_code == 2
        assert rollout.controls == {}


class TestBack:
    def test_is_inline_at_once(self, rollout: Rollout) -> None:
        rollout("set", "--mode", "inngest", "--why", "go")
        told = rollout("back", "--why", "it burns")
        assert told.stdout.splitlines() == [
            "dispatch.mode is now inline (it was inngest).",
            "Next tick: inline (control_inline).",
        ]
        assert rollout.database.rows("SELECT reason, starts_with(actor, 'cli:') FROM controls") == [
            ("it burns", True)
        ]

    def test_acts_on_the_very_next_call(self, rollout: Rollout, database: Database) -> None:
        """In the middle of a window that was dispatched; and so does the way forward (design §10)."""
        at_window_start(database)
        with event_api(takes) as server:
            rollout.changes = sending_to(server.address, deadline_ms=10_000)
            client = rollout.app.test_client()
            assert tick(client)[1]["mode"] == "inngest"
            rollout("back", "--why", "it burns")
            _, inline = tick(client)
            assert (inline["mode"], inline["reason"]) == ("inline", "control_inline")
            rollout("set", "0", "--why", "nothing yet")
            assert tick(client)[1]["reason"] == "outside_canary"
            rollout("set", "100", "--why", "all")
            assert tick(client)[1]["mode"] == "duplicate"
            assert len(server.heard) == 1

    def test_for_a_while(self, rollout: Rollout) -> None:
        assert rollout.json("back", "--for", "30m", "--why", "deploy")["changes"][0]["expiresAt"]

    def test_says_why(self, rollout: Rollout) -> None:
        assert rollout("back").exit_code == 2


class TestResetBreaker:
    def test_one(self, rollout: Rollout, database: Database) -> None:
        open_breaker(database, JobName.PROCESS)
        open_breaker(database, JobName.MAINTENANCE)
        told = rollout.json("reset-breaker", "process", "--why", "mended")
        assert told == {"dryRun": False, "reset": [{"responsibility": "process", "was": "open"}]}
        assert database.rows("SELECT job_name, state, reason FROM breakers ORDER BY job_name") == [
            ("background-maintenance", "open", "lines_failed"),
            ("process-background-jobs", "closed", "mended"),
        ]

    def test_all(self, rollout: Rollout, database: Database) -> None:
        open_breaker(database, JobName.PROCESS)
        open_breaker(database, JobName.MAINTENANCE)
        assert len(rollout.json("reset-breaker", "--why", "x", "--dry-run")["reset"]) == 2
        assert database.value("SELECT count(*) FROM breakers WHERE state = 'open'") == 2
        assert rollout("reset-breaker", "--why", "mended").stdout.count("is closed") == 2

    def test_none_is_open(self, rollout: Rollout) -> None:
        assert rollout("reset-breaker", "--why", "x").exit_code == 4

    def test_usage(self, rollout: Rollout) -> None:
        assert rollout("reset-breaker").exit_code == 2
        assert rollout("reset-breaker", "drafts", "--why", "x").exit_code == 2
