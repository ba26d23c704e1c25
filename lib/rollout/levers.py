"""The levers of a tick as an operator sees them: each with its value, and who says so (design §5, §10)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from lib.clock import iso
from lib.rollout.controls import ControlName, StoredControl, controls_from
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


def levers(settings: Settings, stored: Mapping[str, StoredControl]) -> tuple[Lever, ...]:
    """The levers by `settings` and the controls that count now, the strongest first."""
    controls = controls_from(stored.values())
    ceiling = settings.background_jobs_inngest_percent
    mode = stored.get(ControlName.DISPATCH_MODE)
    percent = stored.get(ControlName.DISPATCH_PERCENT) if controls.dispatch_percent is not None else None
    mode_is_set = mode is not None and mode.value == controls.dispatch_mode
    capped = controls.dispatch_percent is not None and controls.dispatch_percent > ceiling
    return (
        Lever(
            name=FLAG,
            value=settings.background_jobs_use_inngest,
            source=_of_environment(settings, FLAG),
        ),
        Lever(
            name=ControlName.DISPATCH_MODE,
            value=controls.dispatch_mode,
            source=LeverSource.CONTROL if mode_is_set else LeverSource.DEFAULT,
            control=mode,
        ),
        Lever(
            name=ControlName.DISPATCH_PERCENT,
            value=controls.percent_within(ceiling),
            source=LeverSource.CONTROL if percent and not capped else _of_environment(settings, CEILING),
            control=percent,
        ),
    )


def _of_environment(settings: Settings, variable: str) -> LeverSource:
    is_set = variable.lower() in settings.model_fields_set
    return LeverSource.ENVIRONMENT if is_set else LeverSource.DEFAULT
