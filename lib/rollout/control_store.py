"""The controls' rows: the one way to read and to write one (design §10)."""

from datetime import datetime
from typing import Final

import structlog
from psycopg.types.json import Jsonb

from lib.clock import iso
from lib.log.events import LogEvent
from lib.rollout.controls import (
    ControlName,
    Controls,
    ControlValue,
    StoredControl,
    controls_from,
    parsed,
    stored_shape,
)
from lib.store.store import Connection

READ: Final = """
SELECT name, value, actor, reason, changed_at, expires_at FROM controls
WHERE name = ANY(%s) AND (expires_at IS NULL OR expires_at > everytick_now())
"""
LOCK: Final = "LOCK TABLE controls IN SHARE ROW EXCLUSIVE MODE"
"""Readers go on. A row's own lock would not do: what was never set has no row yet."""
WRITE: Final = """
INSERT INTO controls (name, value, actor, reason, expires_at)
VALUES (%(name)s, %(value)s, %(actor)s, %(reason)s, %(expires_at)s)
ON CONFLICT (name) DO UPDATE SET value = excluded.value, actor = excluded.actor, reason = excluded.reason,
    changed_at = everytick_now(), expires_at = excluded.expires_at
"""


def read_controls(connection: Connection) -> Controls:
    """Every control as it counts now; one that has expired counts as not set."""
    return controls_from(stored_controls(connection).values())


def stored_controls(connection: Connection, *names: ControlName) -> dict[str, StoredControl]:
    """The rows of `names` (all where none is named) that count now, by name."""
    rows = connection.execute(READ, (list(names or ControlName),)).fetchall()
    return {
        name: StoredControl(
            name=name, value=value, actor=actor, reason=reason, changed_at=changed_at, expires_at=expires_at
        )
        for name, value, actor, reason, changed_at, expires_at in rows
    }


def lock_controls(connection: Connection) -> None:
    """Let nobody else change a control until the transaction ends: for one that depends on its old value."""
    connection.execute(LOCK)


def set_control(
    connection: Connection,
    name: ControlName,
    value: ControlValue,
    *,
    actor: str,
    reason: str,
    expires_at: datetime | None = None,
) -> None:
    """Set `name`, until `expires_at` or until somebody sets it anew; acts at the next tick.

    Neither `actor` nor `reason` may be empty, and `expires_at` lies in the future. Raises ControlUnreadable
    for a value that no tick could read.
    """
    shape = stored_shape(parsed(name, stored_shape(value)))
    lock_controls(connection)
    before = stored_controls(connection, name).get(name)
    connection.execute(
        WRITE,
        {
            "name": name,
            "value": Jsonb(shape),
            "actor": actor,
            "reason": reason,
            "expires_at": expires_at,
        },
    )
    structlog.get_logger().warning(
        LogEvent.CONTROL_CHANGED,
        name=name,
        old=before.value if before else None,
        new=shape,
        actor=actor,
        reason=reason,
        expires_at=iso(expires_at) if expires_at else None,
    )
