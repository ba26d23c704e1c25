"""Setting a control and reading it back: who, why, until when, one change after the other."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from structlog.testing import capture_logs

from lib.jobs.pause import pause, read_paused
from lib.rollout.control_store import read_controls, set_control, stored_controls
from lib.rollout.controls import (
    ControlName,
    Controls,
    ControlUnreadable,
    ControlValue,
    DispatchControl,
    Paused,
)
from lib.services import Services
from tests.conftest import Database
from tests.unreadable_controls import unreadable_controls

WAITS = (
    "SELECT EXISTS (SELECT FROM pg_stat_activity"
    " WHERE wait_event_type = 'Lock' AND datname = current_database())"
)
MODE, PERCENT = ControlName.DISPATCH_MODE, ControlName.DISPATCH_PERCENT


def put(
    services: Services, name: ControlName, value: ControlValue, *, minutes: int | None = None
) -> datetime | None:
    """Set it; until when."""
    with services.store.transaction() as connection:
        until: datetime | None
        ((until,),) = connection.execute(
            "SELECT everytick_now() + %s * interval '1 minute'", (minutes,)
        ).fetchall()
        set_control(connection, name, value, actor="me", reason="to see", expires_at=until)
        return until


def read(services: Services) -> Controls:
    with services.store.transaction() as connection:
        return read_controls(connection)


class TestSetControl:
    def test_is_read_back_with_who_why_and_until_when(self, services: Services) -> None:
        put(services, MODE, DispatchControl.INLINE)
        until = put(services, PERCENT, 5, minutes=10)
        assert read(services) == Controls(dispatch_mode=DispatchControl.INLINE, dispatch_percent=5)
        with services.store.transaction() as connection:
            held = stored_controls(connection)[PERCENT]
        assert (held.value, held.actor, held.reason) == (5, "me", "to see")
        assert held.expires_at == until

    def test_every_change_is_kept_and_logged(self, services: Services, database: Database) -> None:
        with capture_logs() as logs:
            put(services, MODE, DispatchControl.INLINE)
            put(services, MODE, DispatchControl.AUTO)
        assert [
            (line["event"], line["old"], line["new"], line["actor"], line["reason"]) for line in logs
        ] == [
            ("control.changed", None, "inline", "me", "to see"),
            ("control.changed", "inline", "auto", "me", "to see"),
        ]
        assert database.rows("SELECT value FROM control_changes ORDER BY id") == [("inline",), ("auto",)]

    def test_an_expired_one_counts_as_not_set(self, services: Services, database: Database) -> None:
        put(services, MODE, DispatchControl.INLINE, minutes=1)
        put(services, PERCENT, 5)
        database.shift_clock(timedelta(minutes=1))
        assert read(services) == Controls(dispatch_percent=5)
        with capture_logs() as logs:
            put(services, MODE, DispatchControl.INNGEST)
        assert logs[0]["old"] is None

    def test_setting_anew_ends_the_expiry(self, services: Services, database: Database) -> None:
        put(services, PERCENT, 5, minutes=1)
        put(services, PERCENT, 25)
        database.shift_clock(timedelta(minutes=2))
        assert read(services).dispatch_percent == 25

    def test_a_value_that_no_tick_could_read_is_not_written(
        self, services: Services, database: Database
    ) -> None:
        with pytest.raises(ControlUnreadable):
            put(services, PERCENT, 101)
        assert database.rows("SELECT * FROM controls") == []

    def test_one_change_waits_for_the_other(self, services: Services, database: Database) -> None:
        """Or both would say that they changed the same value."""
        with capture_logs() as logs, ThreadPoolExecutor(1) as threads:
            with services.store.transaction() as connection:
                set_control(connection, PERCENT, 5, actor="me", reason="first")
                second = threads.submit(put, services, PERCENT, 25)
                while not database.value(WAITS):
                    assert not second.done()
            second.result(10)
        assert [(line["old"], line["new"]) for line in logs] == [(None, 5), (5, 25)]

    def test_no_change_is_lost_between_two(self, services: Services) -> None:
        """Each pause keeps what another set meanwhile, also while the control has no row yet."""
        wanted = [f"kind.{number}" for number in range(8)]

        def one(kind: str) -> None:
            with services.store.transaction() as connection:
                pause(connection, Paused(kinds=frozenset({kind})), actor="me", reason="test")

        with ThreadPoolExecutor(4) as threads:
            list(threads.map(one, wanted))
        with services.store.transaction() as connection:
            assert read_paused(connection).kinds == frozenset(wanted)


class TestUnreadable:
    def test_ends_neither_a_tick_nor_a_drain(self, services: Services, database: Database) -> None:
        """A database of a newer version, which knows a mode that this one does not."""
        with unreadable_controls(database, dispatch_mode="shadow", jobs_paused=[]):
            assert read(services) == Controls(unreadable=frozenset({MODE, ControlName.JOBS_PAUSED}))
            with services.store.transaction() as connection:
                assert read_paused(connection) == Paused()

    def test_setting_it_anew_ends_it(self, services: Services, database: Database) -> None:
        with unreadable_controls(database, dispatch_mode="shadow"):
            put(services, MODE, DispatchControl.AUTO)
            assert read(services) == Controls()

    def test_an_expired_one_says_nothing(self, services: Services, database: Database) -> None:
        with unreadable_controls(database, dispatch_mode="shadow"):
            database.run("UPDATE controls SET expires_at = everytick_now() + interval '1 minute'")
            database.shift_clock(timedelta(minutes=1))
            assert read(services) == Controls()
