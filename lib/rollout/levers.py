"""The levers of a tick as an operator sees them: each with its value, and who says so (design §5, §10)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from lib.clock import iso
from lib.rollout.controls import MEANT, STEERING, ControlName, Controls, StoredControl, controls_from
from lib.settings import Settings

FLAG: Final = "BACKGROUND_JOBS_USE_INNGEST"
CEILING: Final = "BACKGROUND_JOBS_INNGEST_PERCENT"


class LeverSource(StrEnum):
    """Who says what a lever is."""

    CONTROL = "control"
    """An operator, in the database."""
    ENVIRONMENT = "environment"
    """A variable of the deployment."""
    DEFAULT = "default"
    """Nobody."""
    UNREADABLE = "unreadable"
    """An operator, in words that this version cannot read: ticks work inline."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lever:
    """One lever."""

    name: str
    """The variable or the control."""
    value: bool | int | str
    """What counts now."""
    source: LeverSource
    control: StoredControl | None = None
    """The operator's word, also where the environment caps it; None where there is none that counts."""

    def as_json(self) -> dict[str, Any]:
        """The public shape."""
        said = self.control
        return {
            "name": self.name,
            "value": self.value,
            "source": self.source,
            "actor": said.actor if said else None,
            "reason": said.reason if said else None,
            "changedAt": iso(said.changed_at) if said else None,
            "expiresAt": iso(said.expires_at) if said and said.expires_at else None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A control that is set to what this version cannot read."""

    control: StoredControl

    @property
    def cure(self) -> str:
        """What to do, for people."""
        name = ControlName(self.control.name)
        return f"{name} cannot be read: {MEANT[name]}. Set it anew: {CURES[name]}."

    def as_json(self) -> dict[str, Any]:
        """The public shape."""
        return {
            "name": self.control.name,
            "value": self.control.value,
            "actor": self.control.actor,
            "reason": self.control.reason,
            "cure": self.cure,
        }


CURES: Final = {
    ControlName.DISPATCH_MODE: "`flask rollout set --mode auto --why W`, or `flask rollout back --why W`",
    ControlName.DISPATCH_PERCENT: "`flask rollout set N --why W`",
    ControlName.ROLLOUT_AUTO: "`flask rollout auto on|off --why W`",
    ControlName.JOBS_PAUSED: "`flask jobs pause` with what is to wait, or `flask jobs resume --all`",
}
"""The command that sets each control anew."""


def unreadable_controls(stored: Mapping[str, StoredControl]) -> tuple[Unreadable, ...]:
    """Those of `stored` that cannot be read, by name."""
    unreadable = controls_from(stored.values()).unreadable
    return tuple(Unreadable(control=stored[name]) for name in sorted(unreadable))


def levers(settings: Settings, stored: Mapping[str, StoredControl]) -> tuple[Lever, ...]:
    """The levers by `settings` and the controls that count now, the strongest first."""
    controls = controls_from(stored.values())
    ceiling = settings.background_jobs_inngest_percent
    capped = controls.dispatch_percent is not None and controls.dispatch_percent > ceiling
    sources = {name: _of_control(name, stored, controls) for name in STEERING}
    by_control = sources[ControlName.DISPATCH_PERCENT]
    if by_control is LeverSource.DEFAULT or capped:
        by_control = _of_environment(settings, CEILING)
    return (
        Lever(
            name=FLAG,
            value=settings.background_jobs_use_inngest,
            source=_of_environment(settings, FLAG),
        ),
        Lever(
            name=ControlName.DISPATCH_MODE,
            value=controls.dispatch_mode,
            source=sources[ControlName.DISPATCH_MODE],
            control=stored.get(ControlName.DISPATCH_MODE),
        ),
        Lever(
            name=ControlName.DISPATCH_PERCENT,
            value=controls.percent_within(ceiling),
            source=by_control,
            control=stored.get(ControlName.DISPATCH_PERCENT),
        ),
    )


def _of_control(name: ControlName, stored: Mapping[str, StoredControl], controls: Controls) -> LeverSource:
    if name in controls.unreadable:
        return LeverSource.UNREADABLE
    return LeverSource.CONTROL if name in stored else LeverSource.DEFAULT


def _of_environment(settings: Settings, variable: str) -> LeverSource:
    is_set = variable.lower() in settings.model_fields_set
    return LeverSource.ENVIRONMENT if is_set else LeverSource.DEFAULT
