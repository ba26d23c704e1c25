"""Changing a control as an operator does, by a command or over HTTP (design §10)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from lib.clock import iso
from lib.errors import EverytickError
from lib.exit_codes import ExitCode
from lib.rollout.control_store import lock_controls, set_control, stored_controls
from lib.rollout.controls import ControlName, ControlValue, DispatchControl, stored_shape
from lib.rollout.levers import CEILING
from lib.store.store import Connection

LATER: Final = "SELECT everytick_now() + %s"


class ControlRefused(EverytickError):
    """The control may not be set so."""

    code = "control_refused"
    http_status = 400
    exit_code = ExitCode.USAGE


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlWish:
    """What somebody wants a control to be."""

    name: ControlName
    value: ControlValue
    actor: str
    reason: str
    span: timedelta | None = None
    """After which it ends by itself; a mode only. None: until somebody changes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlChange:
    """What became of one control."""

    name: ControlName
    old: Any
    """JSON, as it was stored; None where the control was not set, or had expired."""
    new: Any
    """JSON."""
    expires_at: datetime | None
    """None: until somebody changes it."""

    def as_json(self) -> dict[str, Any]:
        """The public shape."""
        return {
            "name": self.name,
            "old": self.old,
            "new": self.new,
            "expiresAt": iso(self.expires_at) if self.expires_at else None,
        }


def change_control(
    connection: Connection, wish: ControlWish, *, ceiling: int, dry_run: bool = False
) -> tuple[ControlChange, ...]:
    """Set what `wish` says and what goes with it, all or none; what each was. Acts at the next tick.

    A percentage sets the mode auto as well: what was forced before would make the share a lie. `ceiling` is
    BACKGROUND_JOBS_INNGEST_PERCENT. With `dry_run` nothing is set. Raises ControlRefused, and
    ControlUnreadable for a value that no tick could read.
    """
    _require_allowed(wish, ceiling)
    values: dict[ControlName, ControlValue] = {wish.name: wish.value}
    if wish.name is ControlName.DISPATCH_PERCENT:
        values[ControlName.DISPATCH_MODE] = DispatchControl.AUTO
    if not dry_run:
        lock_controls(connection)
    before = stored_controls(connection, *values)
    until = _until(connection, wish.span)
    for name, value in values.items() if not dry_run else ():
        set_control(connection, name, value, actor=wish.actor, reason=wish.reason, expires_at=until)
    return tuple(
        ControlChange(
            name=name,
            old=before[name].value if name in before else None,
            new=stored_shape(value),
            expires_at=until,
        )
        for name, value in values.items()
    )


def _require_allowed(wish: ControlWish, ceiling: int) -> None:
    """Raise ControlRefused for a percentage that the environment caps, and for what may not end by itself."""
    is_percent = wish.name is ControlName.DISPATCH_PERCENT
    if is_percent and isinstance(wish.value, int) and wish.value > ceiling:
        raise ControlRefused(
            f"{CEILING} is {ceiling}: to go beyond, set it to {wish.value} or more and deploy."
        )
    if wish.span is None or wish.name is ControlName.DISPATCH_MODE:
        return
    if is_percent:
        raise ControlRefused(
            f"Only a mode can end by itself: when a percentage ends, {CEILING} counts ({ceiling})."
        )
    raise ControlRefused(f"Only a mode can end by itself, and {wish.name} is none.")


def _until(connection: Connection, span: timedelta | None) -> datetime | None:
    """When `span` is over, by the database's clock."""
    if span is None:
        return None
    until: datetime
    ((until,),) = connection.execute(LATER, (span,)).fetchall()
    return until
