"""Keys derived from OPERATOR_TOKEN, one for each use; another token has others (design §4)."""

import hashlib
import hmac
from enum import StrEnum

from pydantic import SecretStr


class KeyUse(StrEnum):
    """What a derived key is for; the value is bound into the key."""

    SESSION = "everytick operator session v1"
    LINK = "everytick sign-in link v1"
    SOURCE = "everytick sign-in source v1"


def derived_key(token: SecretStr, use: KeyUse) -> bytes:
    """The key for `use`: 32 bytes by HKDF-SHA256 without salt."""
    return hkdf_sha256(token.get_secret_value().encode(), salt=b"", info=use.encode())


def hkdf_sha256(secret: bytes, *, salt: bytes, info: bytes) -> bytes:
    """RFC 5869's HKDF with SHA-256; 32 bytes, one block of it."""
    drawn = hmac.new(salt or bytes(32), secret, hashlib.sha256).digest()
    return hmac.new(drawn, info + b"\x01", hashlib.sha256).digest()


def keyed_hash(key: bytes, said: str) -> bytes:
    """What is kept or compared in place of `said`; 32 bytes that say nothing without `key`."""
    return hmac.new(key, said.encode("utf-8", "replace"), hashlib.sha256).digest()
