"""Secrets never leave: every known value and every well-known shape of one is replaced.

One redactor stands before each log line, and before each error message that is stored or answered.
"""

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Final
from urllib.parse import parse_qsl, quote, quote_plus, unquote, urlsplit

from structlog.typing import EventDict, WrappedLogger

from lib.settings import cleaned, secret_names

REDACTED: Final = "[redacted]"
SHORTEST: Final = 4
"""A shorter value is no secret: replacing it would only make the rest unreadable."""
LEAST_IN_BASE64: Final = 10
"""Characters; fewer could be anything."""
DEEPEST: Final = 16
PLATFORM_SECRETS: Final = frozenset({"VERCEL_OIDC_TOKEN", "PGPASSWORD"})
PASSWORD_PARAMETERS: Final = frozenset({"password", "sslpassword"})
NEVER_SHOWN: Final = frozenset(
    {
        "authorization",
        "cookie",
        "password",
        "secret",
        "set-cookie",
        "x-cron-secret",
        "x-inngest-signature",
        "x-signature",
        "x-vercel-protection-bypass",
    }
)
"""Fields whose value is replaced whatever it is."""
SHAPES: Final = (
    (re.compile(r"(signkey-\w+-)[0-9A-Za-z]+"), rf"\1{REDACTED}"),
    (re.compile(r"(?i)\b(bearer)\s+[^\s\"',;]{8,}"), rf"\1 {REDACTED}"),
    (re.compile(r"(?i)(authorization[\"']?\s*[:=]\s*[\"']?basic)\s+[^\s\"',;]+"), rf"\1 {REDACTED}"),
    (re.compile(r"(://)[^\s/?#\"'<>]*@"), rf"\1{REDACTED}@"),
    (re.compile(r"(?i)\b(password|sslpassword|secret|token)=('[^']*'|[^\s&\"',;]+)"), rf"\1={REDACTED}"),
)
"""What looks like a secret is one, known or not: keys, bearer and basic credentials, user parts of
addresses, passwords and tokens among parameters."""


SIGNING_KEY: Final = re.compile(r"(?:signkey-\w+-)?((?:[0-9A-Fa-f]{2}){8,})")


class Redactor:
    """Takes the secrets of one instance out of whatever passes through it."""

    def __init__(self, secrets: Iterable[str]) -> None:
        """`secrets` in clear; their encoded and escaped forms are found as well."""
        forms = {form for secret in secrets for form in _forms(secret) if len(form) >= SHORTEST}
        longest_first = sorted(forms, key=lambda form: (-len(form), form))
        self._known = re.compile("|".join(map(re.escape, longest_first))) if forms else None

    def __repr__(self) -> str:
        return "Redactor()"

    def __call__(self, _logger: WrappedLogger, _method: str, event_dict: EventDict) -> EventDict:
        """Redact one log line: a structlog processor, the last before the renderer."""
        return {str(self.value(key)): self._field(key, item, 0) for key, item in event_dict.items()}

    def text(self, text: str) -> str:
        """Give `text` without secrets."""
        found = text if self._known is None else self._known.sub(REDACTED, text)
        for shape, replacement in SHAPES:
            found = shape.sub(replacement, found)
        return found

    def value(self, value: object) -> object:
        """Give `value` without secrets, in shapes that JSON has; what is none of them as its text."""
        return self._value(value, 0)

    def _field(self, name: object, value: object, depth: int) -> object:
        if isinstance(name, str) and name.casefold() in NEVER_SHOWN and value is not None:
            return REDACTED
        return self._value(value, depth)

    def _value(self, value: object, depth: int) -> object:
        match value:
            case None | bool():
                shown: object = value
            case str():
                shown = self.text(str(value))
            case int() | float():
                shown = value if self.text(str(value)) == str(value) else REDACTED
            case Mapping() if depth < DEEPEST:
                shown = {
                    str(self._value(key, depth + 1)): self._field(key, item, depth + 1)
                    for key, item in value.items()
                }
            case list() | tuple() | AbstractSet() if depth < DEEPEST:
                shown = [self._value(item, depth + 1) for item in value]
            case _:
                shown = self.text(_told(value))
        return shown


def redactor_of(environ: Mapping[str, str]) -> Redactor:
    """The redactor for every secret in `environ`, whether the settings could be read or not."""
    names = secret_names() | PLATFORM_SECRETS
    held = cleaned(environ)
    return Redactor(part for name in names & held.keys() for part in _parts(held[name]))


def _parts(secret: str) -> Iterator[str]:
    """`secret`, and what is secret inside: the passwords of an address, the signing part of a key.

    That part's hash as well, which lets a caller in at Inngest's API.
    """
    yield secret
    if key := SIGNING_KEY.fullmatch(secret):
        yield key[1]
        yield hashlib.sha256(bytes.fromhex(key[1])).hexdigest()
    if "://" not in secret:
        return
    try:
        parts = urlsplit(secret)
        password, parameters = parts.password, parse_qsl(parts.query)
    except ValueError:
        return
    if password:
        yield password
        yield unquote(password)
    yield from (value for name, value in parameters if name in PASSWORD_PARAMETERS)


def _forms(secret: str) -> Iterator[str]:
    """`secret` as it may be written: as it is, encoded, escaped in JSON or in Python."""
    yield secret
    yield from _in_base64(secret.encode("utf-8", "surrogateescape"))
    yield from secret.split()
    try:
        yield quote(secret, safe="")
        yield quote_plus(secret)
    except UnicodeEncodeError:
        yield secret.encode("utf-8", "backslashreplace").decode()
    yield json.dumps(secret)[1:-1]
    yield json.dumps(secret, ensure_ascii=False)[1:-1]
    yield repr(secret)[1:-1]
    yield ascii(secret)[1:-1]


def _in_base64(secret: bytes) -> Iterator[str]:
    """What base64 makes of `secret` wherever it begins in a longer text; its ends hang on its neighbours."""
    for before in range(3):
        packed = base64.b64encode(b"\0" * before + secret).decode()
        whole = packed[(0, 2, 3)[before] :].rstrip("=")
        same = whole if (len(secret) + before) % 3 == 0 else whole[:-1]
        if len(same) >= LEAST_IN_BASE64:
            yield same
            yield same.replace("+", "-").replace("/", "_")


def _told(value: object) -> str:
    """`value` as text; one that cannot tell itself is named by its type, for a log line may not fail."""
    if isinstance(value, bytes | bytearray):
        return bytes(value).decode("utf-8", "backslashreplace")
    try:
        return f"{type(value).__name__}: {value}" if isinstance(value, BaseException) else repr(value)
    except Exception:  # noqa: BLE001 - whose repr fails is somebody else's; its type is the reason kept
        return f"[unprintable {type(value).__name__}]"
