"""The meeting times that the team offered a lead: the full phrases of its latest mail (domain.md §3)."""

import re
from typing import Final
from uuid import UUID

from psycopg.types.json import Jsonb

from lib.store.store import Connection

SLOT_LIMIT: Final = 20
PHRASE: Final = re.compile(
    r"\b(?P<weekday>(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day),\s{1,4}"
    r"(?P<month>January|February|March|April|May|June|July|August|September|October|November|December)\s{1,4}"
    r"(?P<day>3[01]|[12]\d|0?[1-9])\s{1,4}at\s{1,4}"
    r"(?P<hour>1[0-2]|0?[1-9]):(?P<minute>[0-5]\d)\s{0,4}(?P<half>[AP]M)\b",
    re.IGNORECASE,
)

LATEST_OFFER: Final = """
SELECT body FROM messages
WHERE workspace_id = %s AND lead_id = %s AND direction = 'outbound'
ORDER BY sent_at DESC, created_at DESC, id DESC LIMIT 1
"""
REMEMBER: Final = "UPDATE leads SET offered_slots = %s WHERE workspace_id = %s AND id = %s"


def offered_slots(text: str) -> tuple[str, ...]:
    """Each full slot phrase in `text` once, in its order, as `Tuesday, March 3 at 2:00 PM`."""
    phrases = (
        f"{found['weekday'].capitalize()}, {found['month'].capitalize()} {int(found['day'])} at "
        f"{int(found['hour'])}:{found['minute']} {found['half'].upper()}"
        for found in PHRASE.finditer(text)
    )
    return tuple(dict.fromkeys(phrases))[:SLOT_LIMIT]


def remember_offer(connection: Connection, *, workspace_id: UUID, lead_id: UUID) -> tuple[str, ...]:
    """Set the lead's offered slots to those of the team's latest mail to it, which it returns.

    A later mail without times takes the offer back: what was offered before it no longer stands.
    """
    row = connection.execute(LATEST_OFFER, (workspace_id, lead_id)).fetchone()
    slots = offered_slots(str(row[0])) if row else ()
    connection.execute(REMEMBER, (Jsonb(list(slots)), workspace_id, lead_id))
    return slots
