"""Which thread a mail belongs to: found by the ids that mails name, in whatever order they arrive."""

from typing import Final
from uuid import UUID, uuid4

from lib.inbox.mail import ParsedMail
from lib.store.store import Connection

RELATED: Final = """
WITH naming AS MATERIALIZED (
    SELECT workspace_id, thread_id, sent_at FROM messages
    WHERE reference_ids <> '{}' AND reference_ids && %(names)s::text[]
)
SELECT thread_id FROM (
    SELECT thread_id, sent_at FROM naming WHERE workspace_id = %(workspace)s
    UNION ALL
    SELECT thread_id, sent_at FROM messages
    WHERE workspace_id = %(workspace)s AND rfc_message_id = ANY(%(names)s)
) related
GROUP BY thread_id ORDER BY min(sent_at), thread_id
"""
"""The threads with a mail that this one names, that names this one, or that names what this one names.

The array's index knows no workspace, hence the part of its own: together with the workspace the planner
would rather read the whole workspace.
"""
MERGE: Final = """
UPDATE messages SET thread_id = %(kept)s WHERE workspace_id = %(workspace)s AND thread_id = ANY(%(merged)s)
"""


def join_thread(connection: Connection, *, workspace_id: UUID, mail: ParsedMail) -> UUID:
    """The thread of `mail`, which is not stored yet; a new one when nothing is related.

    A mail that connects several threads makes them the oldest one. A thread says which mails answer one
    another and may hold several leads: what one lead may read is decided by the lead, never by the thread.
    The caller holds the workspace's row, so that no related mail arrives meanwhile.
    """
    names = [mail.rfc_message_id, *mail.reference_ids]
    related = connection.execute(RELATED, {"workspace": workspace_id, "names": names}).fetchall()
    if not related:
        return uuid4()
    (kept,), *merged = related
    if merged:
        connection.execute(
            MERGE, {"workspace": workspace_id, "kept": kept, "merged": [thread for (thread,) in merged]}
        )
    return UUID(str(kept))
