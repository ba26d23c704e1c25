"""What an operator may set a control to, and what is set with it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from lib.rollout.change import ControlChange, ControlRefused, ControlWish, change_control
from lib.rollout.controls import ControlName, ControlUnreadable, DispatchControl, Paused
from lib.services import Services
from tests.conftest import Database

MODE, PERCENT = ControlName.DISPATCH_MODE, ControlName.DISPATCH_PERCENT
AUTO, PAUSED = ControlName.ROLLOUT_AUTO, ControlName.JOBS_PAUSED
INLINE = ControlWish(name=MODE, value=DispatchControl.INLINE, actor="ops", reason="calm")
SHARE = ControlWish(name=PERCENT, value=25, actor="ops", reason="first stage")
CONTROLS = "SELECT name, value, actor, reason FROM controls ORDER BY name"


def change(
    services: Services, wish: ControlWish, *, ceiling: int = 100, dry_run: bool = False
) -> tuple[ControlChange, ...]:
    with services.store.transaction() as connection:
        return change_control(connection, wish, ceiling=ceiling, dry_run=dry_run)


class TestChange:
    def test_tells_what_it_was_and_is(self, services: Services) -> None:
        assert [(one.old, one.new) for one in change(services, INLINE)] == [(None, "inline")]
        back = replace(INLINE, value=DispatchControl.AUTO)
        assert [(one.old, one.new) for one in change(services, back)] == [("inline", "auto")]

    def test_a_percentage_sets_the_mode_as_well(self, services: Services, database: Database) -> None:
        """What was forced before would make the share a lie."""
        change(services, INLINE)
        assert [(one.name, one.old, one.new) for one in change(services, SHARE)] == [
            (PERCENT, None, 25),
            (MODE, "inline", "auto"),
        ]
        assert database.rows(CONTROLS) == [
            (MODE, "auto", "ops", "first stage"),
            (PERCENT, 25, "ops", "first stage"),
        ]

    def test_what_was_paused_is_told_as_it_is_stored(self, services: Services) -> None:
        wish = replace(INLINE, name=PAUSED, value=Paused(kinds=frozenset({"system.noop"})))
        assert [one.new for one in change(services, wish)] == [{"kinds": ["system.noop"], "workspaces": []}]

    def test_a_mode_may_end_by_itself(self, services: Services, database: Database) -> None:
        (changed,) = change(services, replace(INLINE, span=timedelta(hours=2)))
        assert changed.expires_at == database.value("SELECT expires_at FROM controls")
        database.shift_clock(timedelta(hours=2))
        assert [one.old for one in change(services, INLINE)] == [None]

    def test_a_dry_run_changes_nothing(self, services: Services, database: Database) -> None:
        assert len(change(services, SHARE, dry_run=True)) == 2
        assert database.rows(CONTROLS) == []


class TestRefused:
    @pytest.mark.parametrize(
        ("wish", "says"),
        [
            pytest.param(
                SHARE, "BACKGROUND_JOBS_INNGEST_PERCENT is 24", id="more than the environment allows"
            ),
            pytest.param(
                replace(SHARE, value=5, span=timedelta(hours=1)),
                "percentage ends",
                id="a share that ends in more",
            ),
            pytest.param(
                replace(INLINE, name=AUTO, value=True, span=timedelta(hours=1)), "rollout.auto", id="no mode"
            ),
        ],
    )
    @pytest.mark.parametrize("dry_run", [False, True])
    def test_nothing_is_changed(
        self, services: Services, database: Database, wish: ControlWish, says: str, *, dry_run: bool
    ) -> None:
        with pytest.raises(ControlRefused, match=says):
            change(services, wish, ceiling=24, dry_run=dry_run)
        assert database.rows(CONTROLS) == []

    def test_all_or_none(self, services: Services, database: Database) -> None:
        """A value that no tick could read."""
        with pytest.raises(ControlUnreadable):
            change(services, replace(SHARE, value=-1))
        assert database.rows(CONTROLS) == []
