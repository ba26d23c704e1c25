"""What a tick knows of the controls when it decides, seen in what it answers and keeps."""

from datetime import timedelta

import pytest

from tests.conftest import Database
from tests.operator.commands.rollout_command import Rollout
from tests.ticks.dispatching import AppAt, at_window_start, sending_to, tick
from tests.ticks.event_apis import EventApiServer
from tests.unreadable_controls import unreadable_controls

FACTS = "SELECT facts FROM dispatches ORDER BY window_start DESC LIMIT 1"
FORCED = ("inngest", "enabled")
BACK = ("inline", "control_inline")


class TestUnreadable:
    @pytest.mark.parametrize(
        "said", [{"dispatch_mode": "inlin"}, {"dispatch_percent": "none"}, {"dispatch_percent": 101}]
    )
    def test_nothing_is_sent_against_a_word_that_cannot_be_read(
        self, app_at: AppAt, good: EventApiServer, database: Database, said: dict[str, object]
    ) -> None:
        """The work is done all the same, and the answer says that something is wrong."""
        client = app_at(good)
        with unreadable_controls(database, **said):
            status, body = tick(client)
        assert (status, body["mode"], body["reason"]) == (200, "inline", "control_unreadable")
        assert (body["success"], body["degraded"], good.events) == (True, True, [])
        assert body["process"] is not None
        assert database.value(FACTS)["unreadable"] == [name.replace("_", ".") for name in said]
        assert tick(client)[1]["reason"] == "enabled"

    @pytest.mark.parametrize("said", [{"jobs_paused": ["system.noop"]}, {"rollout_auto": "on"}])
    def test_one_that_says_not_where_ticks_go_leaves_them_degraded(
        self, app_at: AppAt, good: EventApiServer, database: Database, said: dict[str, object]
    ) -> None:
        with unreadable_controls(database, **said):
            _, body = tick(app_at(good))
        assert (body["mode"], body["degraded"]) == ("inngest", True)


class TestExpiry:
    @pytest.mark.parametrize(
        ("percent", "control", "default"),
        [
            pytest.param("0", ("set", "--mode", "inngest"), ("inline", "outside_canary"), id="a force"),
            pytest.param("100", ("back",), ("inngest", "enabled"), id="a rollback"),
        ],
    )
    def test_the_very_next_tick_goes_by_the_default(
        self,
        rollout: Rollout,
        good: EventApiServer,
        database: Database,
        percent: str,
        control: tuple[str, ...],
        default: tuple[str, str],
    ) -> None:
        """By the database's clock: until the second before, the operator's word counts."""
        at_window_start(database)
        rollout.changes = sending_to(
            good.address, deadline_ms=10_000, BACKGROUND_JOBS_INNGEST_PERCENT=percent
        )
        client = rollout.app.test_client()
        rollout(*control, "--for", "10m", "--why", "for a while")

        def after(shift: timedelta) -> tuple[str, str]:
            at_window_start(database, later_s=shift.total_seconds())
            _, body = tick(client)
            return body["mode"], body["reason"]

        said = FORCED if "inngest" in control else BACK
        assert after(timedelta(minutes=9)) == said
        assert after(timedelta(minutes=11)) == default

    def test_the_flag_always_wins(self, rollout: Rollout, good: EventApiServer, database: Database) -> None:
        """Whatever is forced, and for however long."""
        at_window_start(database)
        rollout.changes = sending_to(good.address, deadline_ms=10_000, BACKGROUND_JOBS_USE_INNGEST="false")
        rollout("set", "--mode", "inngest", "--for", "10m", "--why", "force")
        _, body = tick(rollout.app.test_client())
        assert (body["mode"], body["reason"], good.events) == ("inline", "flag_off", [])


class TestKept:
    @pytest.mark.parametrize("percent", [0, 5, 50, 100])
    def test_the_draw_says_why_a_window_went_or_stayed(
        self, app_at: AppAt, good: EventApiServer, database: Database, percent: int
    ) -> None:
        """By the row alone, in SQL too: it went exactly where its draw is below the share."""
        client = app_at(good, BACKGROUND_JOBS_INNGEST_PERCENT=str(percent))
        for window in range(3):
            at_window_start(database, later_s=60 * window)
            tick(client)
        rows = database.rows(
            "SELECT draw, draw * 100 < percent, \"inCanary\", mode = 'inngest' FROM dispatches,"
            ' jsonb_to_record(facts) AS kept (draw numeric, percent integer, "inCanary" boolean)'
        )
        assert len({drawn for drawn, *_ in rows}) == 3
        assert all(0 <= drawn < 1 for drawn, *_ in rows)
        assert all(below == went == inngest for _, below, went, inngest in rows)
