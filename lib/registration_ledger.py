"""The registrations that Inngest took, in the database: what it was told last, and when.

Inngest's own API may not say, and a change of the functions' configuration has no effect until it is told.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from lib.registration import APP_ID
from lib.store.store import Connection


class SyncKind(StrEnum):
    """How Inngest was told; the words are the SDK's."""

    OUT_OF_BAND = "out_of_band"
    """In a call of ours, which it accepted."""
    IN_BAND = "in_band"
    """In the answer to its own signed call. Whether it then kept that, only its API could say."""


RECORD: Final = """
INSERT INTO registrations (app_id, env, url, configuration_hash, sync_kind, instance)
VALUES (%s, %s, %s, %s, %s, %s)
ON CONFLICT (app_id, env, url, configuration_hash) DO UPDATE
SET sync_kind = excluded.sync_kind, instance = excluded.instance, registered_at = excluded.registered_at
"""
LATEST: Final = """
SELECT url, configuration_hash, sync_kind, registered_at,
    extract(epoch FROM everytick_now() - registered_at)::float
FROM registrations WHERE app_id = %s AND env = %s ORDER BY registered_at DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedRegistration:
    """One registration that Inngest took."""

    url: str
    """Where it calls since."""
    configuration_hash: str
    """Of what it was told of the functions, 64 hexadecimal digits."""
    sync_kind: SyncKind
    registered_at: datetime
    """By the database's clock."""
    age_seconds: float


def record_registration(
    connection: Connection, *, env: str, url: str, configuration_hash: str, sync_kind: SyncKind, instance: str
) -> None:
    """Keep that Inngest took the configuration with this hash, 64 hexadecimal digits, for `url`."""
    hashed = bytes.fromhex(configuration_hash)
    connection.execute(RECORD, (APP_ID, env, url, hashed, sync_kind, instance))


def latest_registration(connection: Connection, *, env: str) -> RecordedRegistration | None:
    """What Inngest was told last in its environment `env`; None when it never was from this database."""
    row = connection.execute(LATEST, (APP_ID, env)).fetchone()
    if row is None:
        return None
    url, hashed, sync_kind, registered_at, age = row
    return RecordedRegistration(
        url=url,
        configuration_hash=bytes(hashed).hex(),
        sync_kind=SyncKind(sync_kind),
        registered_at=registered_at,
        age_seconds=age,
    )
