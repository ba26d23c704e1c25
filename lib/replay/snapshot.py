"""Cases out of the database: each as it stood at its message, over connections that cannot write."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from lib.drafts.conversation import Conversation
from lib.memory.recall import PROMPT_TOKENS
from lib.replay.case import SelectedCase
from lib.replay.past import read_past
from lib.store.store import Store

POOL: Final = 2
"""Connections of a replay at most: it may wait, the live system may not."""


WORKSPACE: Final = "SELECT workspace_id FROM messages WHERE id = %s"


def workspace_of(store: Store, message_id: UUID) -> UUID | None:
    """The workspace of a message; None when it is not there."""
    with store.transaction() as connection:
        row = connection.execute(WORKSPACE, (message_id,)).fetchone()
    return UUID(str(row[0])) if row else None


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotReader:
    """Reads the cases of one workspace."""

    store: Store
    """One that only reads: `Store.reading`."""
    workspace_id: UUID
    memory_tokens: int = PROMPT_TOKENS
    """The budget of what was remembered."""

    def read(self, case: SelectedCase) -> Conversation | None:
        """The conversation as it stood at the case's message; None when it is not there."""
        with self.store.transaction() as connection:
            return read_past(
                connection,
                UUID(case.message_id),
                workspace_id=self.workspace_id,
                memory_tokens=self.memory_tokens,
            )
