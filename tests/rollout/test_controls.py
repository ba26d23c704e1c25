"""What each control may be, and what is made of one that nothing can read."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from lib.rollout.controls import (
    ControlName,
    Controls,
    ControlUnreadable,
    DispatchControl,
    Paused,
    StoredControl,
    controls_from,
    parsed,
    stored_shape,
)

MODE, PERCENT = ControlName.DISPATCH_MODE, ControlName.DISPATCH_PERCENT
AUTO, PAUSED = ControlName.ROLLOUT_AUTO, ControlName.JOBS_PAUSED


def stored(name: str, value: object) -> StoredControl:
    return StoredControl(
        name=name,
        value=value,
        actor="ops",
        reason="test",
        changed_at=datetime(2026, 11, 23, tzinfo=UTC),
        expires_at=None,
    )


class TestParsed:
    @pytest.mark.parametrize(
        ("name", "raw"),
        [
            (MODE, "INLINE"),
            (MODE, {"mode": "inline"}),
            (MODE, None),
            (PERCENT, 101),
            (PERCENT, -1),
            (PERCENT, "5"),
            (PERCENT, True),
            (PERCENT, float("nan")),
            (AUTO, "yes"),
            (AUTO, 1),
            (PAUSED, ["system.noop"]),
            (PAUSED, {"kinds": "system.noop"}),
            (PAUSED, {"workspaces": ["default"]}),
            (PAUSED, {"workspaces": [7]}),
            (PAUSED, {"kinds": [7]}),
            (PAUSED, {"kind": ["system.noop"]}),
            pytest.param(PERCENT, 10**5_000, id="more digits than Python writes out"),
            pytest.param(MODE, [10**5_000], id="the same inside"),
        ],
    )
    def test_what_is_no_value_is_refused(self, name: ControlName, raw: object) -> None:
        with pytest.raises(ControlUnreadable, match=name):
            parsed(name, raw)

    def test_a_fraction_of_a_percent_is_not_exceeded(self) -> None:
        """The database takes 12.5; the canary goes by whole percents."""
        assert parsed(PERCENT, 12.5) == 12

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            *((MODE, mode) for mode in DispatchControl),
            (PERCENT, 0),
            (PERCENT, 100),
            (AUTO, True),
            (PAUSED, Paused(kinds=frozenset({"a"}), workspaces=frozenset({UUID(int=7)}))),
        ],
    )
    def test_what_is_stored_is_read_as_it_was(self, name: ControlName, value: DispatchControl) -> None:
        assert parsed(name, stored_shape(value)) == value


class TestControls:
    def test_nobody_has_set_any(self) -> None:
        assert controls_from([]) == Controls(
            dispatch_mode=DispatchControl.AUTO,
            dispatch_percent=None,
            rollout_auto=False,
            jobs_paused=Paused(),
        )

    def test_each_is_read_into_its_field(self) -> None:
        found = controls_from(
            [
                stored(MODE, "inngest"),
                stored(PERCENT, 5),
                stored(AUTO, True),
                stored(PAUSED, {"kinds": ["a"]}),
            ]
        )
        assert found == Controls(
            dispatch_mode=DispatchControl.INNGEST,
            dispatch_percent=5,
            rollout_auto=True,
            jobs_paused=Paused(kinds=frozenset({"a"})),
        )

    def test_what_cannot_be_read_is_told(self) -> None:
        """A newer version may have written it, and no tick may end for it; it is an error in the log."""
        with capture_logs() as logs:
            found = controls_from(
                [
                    stored(MODE, "shadow"),
                    stored("dispatch.region", "eu"),
                    stored(PERCENT, 5),
                    stored(AUTO, "yes"),
                    stored(PAUSED, []),
                ]
            )
        assert found == Controls(dispatch_percent=5, unreadable=frozenset({MODE, AUTO, PAUSED}))
        assert [(line["event"], line["log_level"], line["name"], line["value"]) for line in logs] == [
            ("control.unreadable", "error", "dispatch.mode", "shadow"),
            ("control.unreadable", "error", "dispatch.region", "eu"),
            ("control.unreadable", "error", "rollout.auto", "yes"),
            ("control.unreadable", "error", "jobs.paused", []),
        ]
