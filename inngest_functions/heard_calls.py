"""Each signed call is let in once: one that was captured and sent again does nothing (design §9).

The engine signs anew whenever it calls again, so that only a copy has a signature that was heard before.
"""

import hashlib
from typing import Final

from lib.errors import StoreUnavailable
from lib.inngest_signature import CallHeardBefore, digest_of
from lib.services import Services
from lib.store.store import Connection

CHECK_MS: Final = 1_000
"""The most that the look at the database may take before a function is called."""
HEAR: Final = "INSERT INTO heard_calls (signature_hash) VALUES (%s) ON CONFLICT DO NOTHING"


def let_in(services: Services, signature: str | None) -> None:
    """Let in the call with this `signature`, which was seen to be right; None where calls have none.

    Raises CallHeardBefore, and what stands against working on this database: another kind's stamp, or
    another schema. One that is away stands against nothing here: what a function does then is its own affair.
    """
    try:
        with services.store.transaction(
            statement_timeout_ms=CHECK_MS, checkout_timeout_ms=CHECK_MS
        ) as connection:
            if signature is not None and not _is_new(connection, signature):
                raise CallHeardBefore
    except StoreUnavailable:
        return


def _is_new(connection: Connection, signature: str) -> bool:
    """Whether the signature was never heard; from now on it was."""
    hashed = hashlib.sha256(digest_of(signature).encode()).digest()
    return connection.execute(HEAR, (hashed,)).rowcount == 1
