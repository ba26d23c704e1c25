"""One-time sign-in links: a random word that lets in once, soon after it was made (design §3)."""

import base64
from random import Random
from typing import Final

from pydantic import SecretStr

from lib.sign_in.derived_keys import KeyUse, derived_key, keyed_hash
from lib.store.store import Connection

LINK_SECONDS: Final = 600
"""How long a link holds."""
LINK_BYTES: Final = 32

KEEP: Final = """
INSERT INTO sign_in_links (link_hash, actor, expires_at)
VALUES (%(hash)s, %(actor)s, everytick_now() + %(seconds)s * interval '1 second')
"""
USE: Final = "DELETE FROM sign_in_links WHERE link_hash = %s AND expires_at > everytick_now() RETURNING actor"
FORGET: Final = """
DELETE FROM sign_in_links WHERE link_hash IN (
    SELECT link_hash FROM sign_in_links
    WHERE expires_at <= everytick_now() LIMIT 1000 FOR UPDATE SKIP LOCKED)
"""


def make_link(connection: Connection, token: SecretStr, *, chance: Random, actor: str) -> str:
    """A new link's word, for an address; only a hash of it is kept, under a key derived from `token`."""
    word = base64.urlsafe_b64encode(chance.randbytes(LINK_BYTES)).rstrip(b"=").decode()
    connection.execute(FORGET)
    connection.execute(KEEP, {"hash": _hash(token, word), "actor": actor, "seconds": LINK_SECONDS})
    return word


def use_link(connection: Connection, token: SecretStr, word: str) -> str | None:
    """Who made the link `word`, which from now on is none; None where there is no such link (any more)."""
    row = connection.execute(USE, (_hash(token, word),)).fetchone()
    return str(row[0]) if row else None


def _hash(token: SecretStr, word: str) -> bytes:
    return keyed_hash(derived_key(token, KeyUse.LINK), word)
