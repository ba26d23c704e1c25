"""A workspace: whose mail, drafts and jobs they are."""

from typing import Final
from uuid import UUID

from lib.errors import NotFound, UsageProblem
from lib.store.store import Connection

DEFAULT_WORKSPACE: Final = "default"
NAME_LIMIT: Final = 200

BY_NAME: Final = """
WITH made AS (
    INSERT INTO workspaces (name) VALUES (%(name)s) ON CONFLICT (name) DO NOTHING RETURNING id
)
SELECT id FROM made UNION ALL SELECT id FROM workspaces WHERE name = %(name)s LIMIT 1
"""
BY_NAME_OR_ID: Final = "SELECT id FROM workspaces WHERE name = %(said)s OR id::text = %(said)s"
BY_ID: Final = "SELECT id FROM workspaces WHERE id = %s"


def workspace_called(connection: Connection, name: str) -> UUID:
    """The id of the workspace with this id or name; one is created for a new name (design §3).

    Raises UsageProblem for a blank or overlong name.
    """
    name = name.strip()
    if not name or len(name) > NAME_LIMIT or not name.isprintable():
        raise UsageProblem(f"A workspace's name has 1 to {NAME_LIMIT} printable characters.")
    known = find_workspace(connection, name)
    if known is not None:
        return known
    row = connection.execute(BY_NAME, {"name": name}).fetchone()
    if row is None:  # made by someone else between the two halves of the statement
        row = connection.execute(BY_NAME, {"name": name}).fetchone()
    if row is None or not isinstance(row[0], UUID):
        raise UsageProblem(f"The workspace {name!r} could not be made; try again.")
    return row[0]


def find_workspace(connection: Connection, identifier: str) -> UUID | None:
    """The workspace whose id is `identifier`, or None."""
    try:
        candidate = UUID(identifier)
    except ValueError:
        return None
    row = connection.execute(BY_ID, (candidate,)).fetchone()
    return candidate if row else None


def workspace_known_as(connection: Connection, said: str) -> UUID | None:
    """The workspace with this name or id, or None; none is made."""
    row = connection.execute(BY_NAME_OR_ID, {"said": said.strip()}).fetchone()
    return UUID(str(row[0])) if row else None


def require_workspace(connection: Connection, said: str) -> UUID:
    """The workspace with this name or id; none is made. Raises NotFound."""
    found = workspace_known_as(connection, said)
    if found is None:
        raise NotFound(f"There is no workspace {said!r}.")
    return found
