"""How often signing in was tried, counted in PostgreSQL for all instances together (design §4).

An attempt counts before it is judged, so that those who come at once are counted as well, and the right token
counts like a wrong one. A source over its own limit no longer counts against all others.
"""

from typing import Final

from pydantic import SecretStr

from lib.sign_in.derived_keys import KeyUse, derived_key, keyed_hash
from lib.store.store import Connection

WINDOW_SECONDS: Final = 900
SOURCE_LIMIT: Final = 10
"""Attempts of one source in a window."""
TOTAL_LIMIT: Final = 100
"""Attempts of all sources together: a source is what a caller may be able to choose."""
EVERYBODY: Final = ""

READ: Final = """
SELECT coalesce(sum(attempts), 0) FROM sign_in_attempts
WHERE source = %(source)s
AND window_start = date_bin(%(seconds)s * interval '1 second', everytick_now(), 'epoch')
"""
COUNT: Final = """
INSERT INTO sign_in_attempts AS a (source, window_start, attempts)
VALUES (%(source)s, date_bin(%(seconds)s * interval '1 second', everytick_now(), 'epoch'), 1)
ON CONFLICT (source, window_start) DO UPDATE SET attempts = least(a.attempts, %(limit)s) + 1
RETURNING attempts
"""
FORGET: Final = """
DELETE FROM sign_in_attempts WHERE (source, window_start) IN (
    SELECT source, window_start FROM sign_in_attempts
    WHERE window_start < everytick_now() - interval '1 day' LIMIT 1000 FOR UPDATE SKIP LOCKED)
"""


def may_attempt(connection: Connection, token: SecretStr, *, source: str) -> bool:
    """Count an attempt of `source` in the caller's transaction; whether it is within both limits."""
    connection.execute(FORGET)
    if _counted(connection, READ, EVERYBODY, TOTAL_LIMIT) >= TOTAL_LIMIT:
        return False  # without a row: a caller that chooses its sources could fill the table
    known_as = keyed_hash(derived_key(token, KeyUse.SOURCE), source).hex()
    if _counted(connection, COUNT, known_as, SOURCE_LIMIT) > SOURCE_LIMIT:
        return False
    return _counted(connection, COUNT, EVERYBODY, TOTAL_LIMIT) <= TOTAL_LIMIT


def _counted(connection: Connection, statement: str, source: str, limit: int) -> int:
    row = connection.execute(
        statement.encode(), {"source": source, "seconds": WINDOW_SECONDS, "limit": limit}
    ).fetchone()
    return int(row[0]) if row else 0
