"""Which database and which Redis an address reaches, however it is written (design §9, "Stamps"). Pure.

A user, a password and what else an address says are no part of it; pooled and direct addresses of one
database are one, where the provider's naming shows it.
"""

import re
from dataclasses import dataclass
from typing import Final

from lib.setting_types import database_address_parts, redis_address_parts

POSTGRES_PORT: Final = "5432"
REDIS_PORT: Final = "6379"
LOCAL: Final = "localhost"
EMBEDDED: Final = "embedded"
"""The identity of the database that bin/dev starts: a moved folder is no copy."""
SUPABASE_POOLER: Final = re.compile(r"[a-z0-9-]+\.pooler\.supabase\.com")
SUPABASE_USER: Final = re.compile(r".+\.([a-z0-9]+)")
NEON: Final = re.compile(r"([a-z0-9-]+?)-pooler(\..+\.neon\.(?:tech|build)|\..+\.vercel-storage\.com)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What an address reaches."""

    place: str
    """Host and port, canonical; a port that only says how to get in is left out."""
    name: str
    """The database's name; Redis' number."""
    is_local: bool
    """Whether it is this machine's address: which server is behind it, a tunnel's end for instance, it does
    not say."""

    @property
    def canonical(self) -> str:
        """What fingerprints are made from."""
        return f"{self.place}/{self.name}"


EMBEDDED_DATABASE: Final = Identity(place=EMBEDDED, name=EMBEDDED, is_local=False)


def database_identity(url: str) -> Identity | None:
    """The database at `url`; None where that cannot be read, or leaves it to a service file."""
    facts = database_address_parts(url)
    if facts is None or "service" in facts:
        return None
    hosts = (facts.get("host") or facts.get("hostaddr") or LOCAL).split(",")
    ports = (facts.get("port") or POSTGRES_PORT).split(",")
    ports = ports * len(hosts) if len(ports) == 1 else [port or POSTGRES_PORT for port in ports]
    user = facts.get("user", "")
    places = sorted({_database_place(host, port, user) for host, port in zip(hosts, ports, strict=False)})
    return Identity(
        place=",".join(places),
        name=facts.get("dbname") or user,
        is_local=all(place.partition(":")[0] == LOCAL for place in places),
    )


def redis_identity(url: str) -> Identity | None:
    """The Redis database at `url`; None where that cannot be read."""
    facts = redis_address_parts(url)
    if facts is None:
        return None
    if path := facts.get("path"):
        return Identity(place=path, name=facts.get("db", "0"), is_local=True)
    host = canonical_host(facts.get("host", LOCAL))
    return Identity(
        place=_with_port(host, facts.get("port", REDIS_PORT), REDIS_PORT),
        name=facts.get("db", "0"),
        is_local=host == LOCAL,
    )


def canonical_host(host: str) -> str:
    """`host` as it is compared: in lower case, without the root's dot; this machine under one name."""
    bare = host.strip("[]").casefold().rstrip(".")
    here = bare in ("", LOCAL, "::1") or bare.startswith(("127.", "/", "@")) or bare.endswith(".localhost")
    return LOCAL if here else bare


def _database_place(host: str, port: str, user: str) -> str:
    name = canonical_host(host)
    for direct in (_supabase, _neon):
        name = direct(name, user)
    return _with_port(
        name, port, *(ports for end, ports in POOLER_PORTS if name.endswith(end)), POSTGRES_PORT
    )


def _with_port(host: str, port: str, *silent: str) -> str:
    return host if port in silent else f"{host}:{port}"


def _supabase(host: str, user: str) -> str:
    """The shared pooler's address says the project in the user's name; the direct one in the host's."""
    project = SUPABASE_USER.fullmatch(user)
    if SUPABASE_POOLER.fullmatch(host) and project:
        return f"db.{project[1]}.supabase.co"
    return host


def _neon(host: str, _user: str) -> str:
    """Neon's pooler, and what Vercel sold of it, is the endpoint's own name with an end to it."""
    pooled = NEON.fullmatch(host)
    return f"{pooled[1]}{pooled[2]}" if pooled else host


POOLER_PORTS: Final = (
    (".supabase.co", "6543"),
    (".postgres.database.azure.com", "6432"),
    (".db.postgresbridge.com", "5431"),
)
"""Ports at which a provider's pooler stands in front of the database of the same host and name."""
