"""Secrets that would be noticed wherever they came out, and the look for them.

There is one for each variable that holds a secret: which those are the settings say themselves, so that a
new one is among them without anybody thinking of it.
"""

import base64
import hashlib
import html
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, quote_plus

import psycopg
import redis

from lib.log.redaction import PLATFORM_SECRETS
from lib.settings import secret_names

SHOWN: int = 12
"""Characters of a secret that give it away, at its beginning or its end."""


def canary(name: str) -> str:
    """The canary of the variable `name`: only its own, and with what addresses and JSON write otherwise."""
    core = hashlib.sha256(f"canary of {name}".encode()).hexdigest()[:40]
    if name in ("INNGEST_SIGNING_KEY", "INNGEST_SIGNING_KEY_FALLBACK", "INNGEST_EVENT_KEY"):
        return core
    return f'{core[:20]}/p@s%"<&{core[20:]}'


def canaries(addresses: Mapping[str, str]) -> dict[str, str]:
    """The environment's secrets, each a canary or an address that holds one.

    `addresses` are those of the stores and the mail server, with `{}` where the password goes.
    """
    names = secret_names() | PLATFORM_SECRETS
    found = {name: canary(name) for name in names}
    found.update({name: text.format(quote(canary(name), safe="")) for name, text in addresses.items()})
    for name in ("INNGEST_SIGNING_KEY", "INNGEST_SIGNING_KEY_FALLBACK"):
        found[name] = f"signkey-prod-{canary(name)}"
    return found


def forms(secret: str) -> Iterator[str]:
    """`secret` as it may be written, whole or a telling part of it."""
    yield secret[:SHOWN]
    yield secret[-SHOWN:]
    yield from (
        quote(secret, safe="")[:20],
        quote_plus(secret),
        html.escape(secret),
        json.dumps(secret)[1:-1],
    )
    raw = secret.encode()
    yield raw.hex()
    yield hashlib.sha256(raw).hexdigest()
    for offset in range(3):  # base64 of a text that holds it depends on where it begins
        packed = base64.b64encode(b"\0" * offset + raw).decode()
        middle = packed[(0, 2, 3)[offset] :].rstrip("=")[:-1]
        yield from (middle, middle.replace("+", "-").replace("/", "_"))
    if len(secret) % 2 == 0 and set(secret) <= set("0123456789abcdef"):
        yield hashlib.sha256(bytes.fromhex(secret)).hexdigest()  # how Inngest's API is shown a signing key


@dataclass(frozen=True, slots=True)
class Leak:
    """A secret that came out."""

    variable: str
    where: str
    around: str
    """What stands before it, for whoever looks for the place in the code."""


@dataclass(slots=True)
class Evidence:
    """Everything that came out, and where."""

    texts: list[tuple[str, str]] = field(default_factory=list)

    def add(self, where: str, text: str | bytes | None) -> None:
        """Keep `text`, which came out at `where`."""
        if text:
            said = text.decode("utf-8", "backslashreplace") if isinstance(text, bytes) else text
            self.texts.append((where, said))

    def add_database(self, url: str) -> None:
        """Keep every row of every table."""
        with psycopg.connect(url, autocommit=True) as connection:
            tables = connection.execute(
                "SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) FROM pg_tables"
                " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
            ).fetchall()
            for (table,) in tables:
                rows = connection.execute(f"SELECT to_jsonb(t)::text, t::text FROM {table} t".encode())
                for as_json, as_text in rows.fetchall():
                    self.add(f"table {table}", as_json)
                    self.add(f"table {table}", as_text)

    def add_redis(self, client: "redis.Redis") -> None:
        """Keep every key and what it holds, whatever its type."""
        for key in client.scan_iter("*"):
            self.add("a key of Redis", key)
            self.add("a value of Redis", _unescaped(client.dump(key)))
            if client.type(key) in (b"string", "string"):
                self.add("a value of Redis", client.get(key))  # type: ignore[arg-type]  # not the async client

    def leaks(self) -> list[Leak]:
        """Every canary in what was kept."""
        wanted = {form: name for name in secret_names() | PLATFORM_SECRETS for form in forms(canary(name))}
        return [
            Leak(name, where, text[max(0, text.find(form) - 200) : text.find(form)])
            for where, text in self.texts
            for form, name in wanted.items()
            if form in text
        ]


def _unescaped(dumped: object) -> str:
    return dumped.decode("latin-1") if isinstance(dumped, bytes) else str(dumped)
