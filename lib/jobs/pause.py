"""The control `jobs.paused`: kinds and workspaces whose jobs wait (design §10)."""

from dataclasses import dataclass
from typing import Any, Final, Self
from uuid import UUID

from psycopg.types.json import Jsonb

from lib.store.store import Connection

READ: Final = """
SELECT value FROM controls
WHERE name = 'jobs.paused' AND (expires_at IS NULL OR expires_at > everytick_now())
"""
READ_TO_CHANGE: Final = """
SELECT value FROM controls
WHERE name = 'jobs.paused' AND (expires_at IS NULL OR expires_at > everytick_now()) FOR UPDATE
"""
WRITE: Final = """
INSERT INTO controls (name, value, actor, reason) VALUES ('jobs.paused', %(value)s, %(actor)s, %(reason)s)
ON CONFLICT (name) DO UPDATE SET value = excluded.value, actor = excluded.actor, reason = excluded.reason,
    changed_at = everytick_now(), expires_at = NULL
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paused:
    """What no drain may claim. Due jobs of a paused kind are passed over one by one: see docs/queue.md."""

    kinds: frozenset[str] = frozenset()
    workspaces: frozenset[UUID] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.kinds or self.workspaces)

    def with_(self, other: "Paused") -> Self:
        """Both."""
        return type(self)(kinds=self.kinds | other.kinds, workspaces=self.workspaces | other.workspaces)

    def without(self, other: "Paused") -> Self:
        """What is paused here and not in `other`."""
        return type(self)(kinds=self.kinds - other.kinds, workspaces=self.workspaces - other.workspaces)

    def as_json(self) -> dict[str, list[str]]:
        """The stored and public shape."""
        return {"kinds": sorted(self.kinds), "workspaces": sorted(map(str, self.workspaces))}


def read_paused(connection: Connection) -> Paused:
    """What is paused now."""
    return _parsed(connection.execute(READ).fetchone())


def pause(connection: Connection, what: Paused, *, actor: str, reason: str) -> Paused:
    """Pause `what` beside what is paused already; all that is paused then. Acts within a drain's upkeep."""
    before = _parsed(connection.execute(READ_TO_CHANGE).fetchone())
    return _write(connection, before.with_(what), actor=actor, reason=reason)


def resume(connection: Connection, what: Paused, *, actor: str, reason: str) -> Paused:
    """End the pause of `what`; all that stays paused."""
    before = _parsed(connection.execute(READ_TO_CHANGE).fetchone())
    return _write(connection, before.without(what), actor=actor, reason=reason)


def _write(connection: Connection, paused: Paused, *, actor: str, reason: str) -> Paused:
    connection.execute(WRITE, {"value": Jsonb(paused.as_json()), "actor": actor, "reason": reason})
    return paused


def _parsed(row: tuple[Any, ...] | None) -> Paused:
    if row is None:
        return Paused()
    return Paused(
        kinds=frozenset(map(str, row[0].get("kinds", ()))),
        workspaces=frozenset(UUID(name) for name in row[0].get("workspaces", ())),
    )
