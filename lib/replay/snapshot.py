"""Cases out of the database: each as it stood at its message, over connections that cannot write."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from lib.drafts.conversation import Conversation
from lib.replay.case import SelectedCase
from lib.replay.past import read_past
from lib.store.store import Store

POOL: Final = 2
"""Connections of a replay at most: it may wait, the live system may not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotReader:
    """Reads the cases of one workspace."""

    store: Store
    """One that only reads: `Store.reading`."""
    workspace_id: UUID

    def read(self, case: SelectedCase) -> Conversation | None:
        """The conversation as it stood at the case's message; None when it is not there."""
        with self.store.transaction() as connection:
            return read_past(connection, UUID(case.message_id), workspace_id=self.workspace_id)
