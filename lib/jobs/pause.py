"""The control `jobs.paused`: kinds and workspaces whose jobs wait (design §10)."""

from lib.rollout.control_store import lock_controls, set_control, stored_controls
from lib.rollout.controls import ControlName, Paused, controls_from
from lib.store.store import Connection


def read_paused(connection: Connection) -> Paused:
    """What is paused now."""
    return controls_from(stored_controls(connection, ControlName.JOBS_PAUSED).values()).jobs_paused


def pause(connection: Connection, what: Paused, *, actor: str, reason: str) -> Paused:
    """Pause `what` beside what is paused already; all that is paused then. Acts within a drain's upkeep."""
    lock_controls(connection)
    return _write(connection, read_paused(connection).with_(what), actor=actor, reason=reason)


def resume(connection: Connection, what: Paused, *, actor: str, reason: str) -> Paused:
    """End the pause of `what`; all that stays paused."""
    lock_controls(connection)
    return _write(connection, read_paused(connection).without(what), actor=actor, reason=reason)


def _write(connection: Connection, paused: Paused, *, actor: str, reason: str) -> Paused:
    set_control(connection, ControlName.JOBS_PAUSED, paused, actor=actor, reason=reason)
    return paused
