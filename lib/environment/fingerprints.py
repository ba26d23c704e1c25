"""Fingerprints: short hashes by which a deployment's secrets and stores are compared with production's.

They are made from the value alone with one fixed domain, so that they compare across deployments (design §9).
Keys have the entropy for it; of the stores only host and name go in, never a password. Pure.
"""

import hashlib
import re
from dataclasses import dataclass
from typing import Final

from lib.environment.facts import Facts
from lib.environment.identities import (
    EMBEDDED,
    EMBEDDED_DATABASE,
    Identity,
    database_identity,
    redis_identity,
)
from lib.settings import FALLBACK_KEY

DOMAIN: Final = "everytick.fingerprint.v1\n"
DIGITS: Final = 16
"""Hexadecimal digits: 64 bits, too few to find another key by and enough never to meet one by chance."""
KEY_PREFIX: Final = re.compile(r"signkey-[a-z]+-")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """One thing of a deployment."""

    variable: str
    """The variable that holds it."""
    value: str
    is_key: bool
    """Whether it is a key of Inngest's; else a store."""


def fingerprint(canonical: str) -> str:
    """The fingerprint of a canonical value."""
    return hashlib.sha256(f"{DOMAIN}{canonical}".encode()).hexdigest()[:DIGITS]


def own_database(facts: Facts) -> Identity | None:
    """The database that this deployment uses; None where none is set or its address cannot be read."""
    if facts.database_url is None:
        return None
    return EMBEDDED_DATABASE if facts.embedded_database else database_identity(facts.database_url)


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabasePlace:
    """Where a database is, as its stamp has it."""

    fingerprint: str
    """Of its address; `embedded` of the embedded one."""
    name: str
    is_local: bool
    """Whether the address is this machine's: a tunnel's end says nothing of what is behind it."""


def database_place(facts: Facts) -> DatabasePlace | None:
    """Where this deployment's database is; None where its address cannot be told."""
    database = own_database(facts)
    if database is None:
        return None
    return DatabasePlace(
        fingerprint=EMBEDDED if database is EMBEDDED_DATABASE else fingerprint(database.canonical),
        name=database.name,
        is_local=database.is_local,
    )


def fingerprints_of(facts: Facts) -> tuple[Fingerprint, ...]:
    """The fingerprints of what `facts` hold, in a fixed order; of what is not set, or unreadable, none."""
    found = {
        "INNGEST_EVENT_KEY": facts.event_key,
        "INNGEST_SIGNING_KEY": _bare(facts.signing_key),
        FALLBACK_KEY: _bare(facts.fallback_key),
    }
    database = own_database(facts)
    cache = redis_identity(facts.redis_url) if facts.redis_url else None
    stores = {
        "DATABASE_URL": database.canonical if database and database is not EMBEDDED_DATABASE else None,
        "REDIS_URL": cache.canonical if cache else None,
    }
    return tuple(
        Fingerprint(variable=variable, value=fingerprint(canonical), is_key=is_key)
        for is_key, things in ((True, found), (False, stores))
        for variable, canonical in things.items()
        if canonical is not None
    )


def productions_own(facts: Facts) -> tuple[Fingerprint, ...]:
    """Those of this deployment's that PRODUCTION_FINGERPRINTS names."""
    return tuple(found for found in fingerprints_of(facts) if found.value in facts.production_fingerprints)


def _bare(signing_key: str | None) -> str | None:
    """The key without what its prefix says of it: a key of another sort with the same digits is the same."""
    return None if signing_key is None else KEY_PREFIX.sub("", signing_key.strip("\"'").casefold(), count=1)
