"""The types of settings: how one variable's text becomes a value, and what is wrong with it otherwise.

No message here may carry the text it judges: it may be a secret, or a secret in the wrong variable.
"""

import re
from typing import Annotated, Final
from urllib.parse import urlsplit

import psycopg.conninfo
from psycopg import ProgrammingError
from pydantic import AfterValidator, BeforeValidator, SecretStr
from redis import ConnectionPool

FLAG_WORDS: Final = {
    **dict.fromkeys(("true", "1", "yes", "on"), True),
    **dict.fromkeys(("false", "0", "no", "off"), False),
}
URL_PATH: Final = re.compile(r"/[A-Za-z0-9._~/-]*")
"""A route's path: what stands for itself in an address and in a rule of the router."""
FINGERPRINT: Final = re.compile(r"[0-9a-f]{16}")
DATABASE_SCHEMES: Final = ("postgresql://", "postgres://")


def database_address_parts(url: str) -> dict[str, str] | None:
    """What a PostgreSQL address says, by libpq's names; None where it cannot be read."""
    try:
        return {name: str(value) for name, value in psycopg.conninfo.conninfo_to_dict(url).items()}
    except ProgrammingError:
        return None


def redis_address_parts(url: str) -> dict[str, str] | None:
    """What a Redis address says, by redis-py's names; None where it cannot be read."""
    try:
        return {name: str(value) for name, value in ConnectionPool.from_url(url).connection_kwargs.items()}
    except (ValueError, TypeError, AttributeError):
        return None


def _flag(raw: object) -> object:
    if not isinstance(raw, str):
        return raw
    try:
        return FLAG_WORDS[raw.casefold()]
    except KeyError:
        raise ValueError("is neither true nor false: say true, 1, yes, on, or false, 0, no, off") from None


def _whole(secret: SecretStr) -> SecretStr:
    if any(character.isspace() for character in secret.get_secret_value()):
        raise ValueError("has white space inside: it was probably pasted with a line break")
    return secret


def _database(address: SecretStr) -> SecretStr:
    url = address.get_secret_value()
    if not url.startswith(DATABASE_SCHEMES):
        raise ValueError("is not a PostgreSQL address: it begins with postgresql://")
    if database_address_parts(url) is None:
        raise ValueError(
            "is not a PostgreSQL address that can be read: special characters in its password have to be "
            "percent-encoded"
        )
    return address


def _redis(address: SecretStr) -> SecretStr:
    if redis_address_parts(address.get_secret_value()) is None:
        raise ValueError("is not a Redis address: it begins with redis://, rediss:// or unix://")
    return address


def _smtp(address: SecretStr) -> SecretStr:
    try:
        parts = urlsplit(address.get_secret_value())
        sound = parts.scheme.startswith("smtp") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound = False
    if not sound:
        raise ValueError("is not a mail server's address: it begins with smtp:// or smtps://")
    return address


def _web(address: str) -> str:
    try:
        parts = urlsplit(address)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound = False
    if not sound or not (address.isascii() and address.isprintable()) or " " in address:
        raise ValueError("is not a web address: it begins with https:// or http:// and names a host")
    return address


def _llm(address: str) -> str:
    parts = urlsplit(_web(address))
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise ValueError("has more than host and path in it: the key belongs into LLM_API_KEY")
    return address.rstrip("/")


def _dev(address: str) -> str:
    if address.casefold() in FLAG_WORDS:
        return address
    return _web(address if "://" in address else f"http://{_with_port(address)}")


def _with_port(address: str) -> str:
    if ":" not in address:
        raise ValueError("is neither true, false nor an address like http://localhost:8288")
    return address


def _path(path: str) -> str:
    if not URL_PATH.fullmatch(path):
        raise ValueError("is not a path: it begins with / and has letters, digits and ._~/- only")
    return path


def fingerprint_list(text: str) -> frozenset[str]:
    """The fingerprints in `text`, between commas and white space, in lower case."""
    return frozenset(text.replace(",", " ").casefold().split())


def _fingerprints(text: str) -> str:
    if not all(FINGERPRINT.fullmatch(each) for each in fingerprint_list(text)):
        raise ValueError(
            "is not a list of fingerprints: copy what `flask env fingerprint` prints in production"
        )
    return text


def _one_line(text: str) -> str:
    if not text.isprintable():
        raise ValueError("has a line break or another control character inside")
    return text


Flag = Annotated[bool, BeforeValidator(_flag)]
Secret = Annotated[SecretStr, AfterValidator(_whole)]
DatabaseAddress = Annotated[Secret, AfterValidator(_database)]
RedisAddress = Annotated[Secret, AfterValidator(_redis)]
SmtpAddress = Annotated[Secret, AfterValidator(_smtp)]
WebAddress = Annotated[str, AfterValidator(_web)]
LlmAddress = Annotated[str, AfterValidator(_llm)]
"""Without a closing slash."""
DevServer = Annotated[str, AfterValidator(_dev)]
"""A flag's word, or an address; a scheme is added where there is none."""
UrlPath = Annotated[str, AfterValidator(_path)]
Line = Annotated[str, AfterValidator(_one_line)]
Fingerprints = Annotated[str, AfterValidator(_fingerprints)]
