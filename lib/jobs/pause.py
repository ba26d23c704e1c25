"""The control `jobs.paused`: kinds and workspaces whose jobs wait (design §10)."""

from typing import Final

from lib.jobs.kind import JobKinds
from lib.rollout.change import ControlRefused
from lib.rollout.control_store import lock_controls, set_control, stored_controls
from lib.rollout.controls import ControlName, Paused, controls_from
from lib.store.store import Connection

WORKSPACES: Final = "SELECT id FROM workspaces WHERE id = ANY(%s)"


def read_paused(connection: Connection) -> Paused:
    """What is paused now."""
    return controls_from(stored_controls(connection, ControlName.JOBS_PAUSED).values()).jobs_paused


def require_known(connection: Connection, kinds: JobKinds, wanted: Paused) -> None:
    """Raise ControlRefused where `wanted` pauses what there is not: a name misspelt would pause nothing.

    What is paused already may stay so: its kind may be another version's, its workspace gone.
    """
    new = wanted.without(read_paused(connection))
    if new.kinds - kinds.keys():
        raise ControlRefused(f"One of these kinds does not exist. There are: {', '.join(sorted(kinds))}.")
    found = connection.execute(WORKSPACES, (list(new.workspaces),)).fetchall()
    missing = new.workspaces - {workspace for (workspace,) in found}
    if missing:
        raise ControlRefused(f"There is no workspace {', '.join(sorted(map(str, missing)))}.")


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
