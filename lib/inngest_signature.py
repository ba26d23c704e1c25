"""Inngest's signature on requests: `t` (Unix seconds) and `s` (HMAC-SHA256 over body and `t`).

The SDK refuses a wrong `s`; how old `t` is, and whether it has heard the call before, it never asks (design
§9).
"""

import hashlib
import hmac
import json
import re
from datetime import datetime
from typing import Final

import jcs  # type: ignore[import-untyped]
from pydantic import SecretStr

from lib.errors import RequestError, Unauthorized

HEADER: Final = "x-inngest-signature"
SKEW_SECONDS: Final = 300
"""How far the caller's clock may be from ours, either way."""
SHAPE: Final = re.compile(r"t=(?P<t>[0-9]{1,12})&s=(?P<s>[0-9a-f]{64})", re.ASCII)
PREFIX: Final = re.compile(r"\Asignkey-\w+-", re.ASCII)
"""What a key carries before the part that signs."""


class SignatureMalformed(Unauthorized):
    """The signature has another shape than Inngest's, or there is more than one."""


class SignatureStale(Unauthorized):
    """The signature is more than five minutes off this server's clock."""

    retriable = True  # the next try is signed anew


class CallHeardBefore(RequestError):
    """A call with this signature was answered before: it was sent again, and did nothing. Sign it anew."""

    code = "call_heard_before"
    http_status = 409
    retriable = True  # the engine's next try is signed anew


def require_fresh(signature: str, *, now: datetime) -> None:
    """Raise SignatureMalformed, or SignatureStale for a `signature` more than SKEW_SECONDS off `now`."""
    parts = SHAPE.fullmatch(signature)
    if parts is None:
        raise SignatureMalformed
    if abs(now.timestamp() - int(parts["t"])) > SKEW_SECONDS:
        raise SignatureStale


def is_signed(signature: str, body: bytes, *keys: SecretStr | None) -> bool:
    """Whether one of `keys` signed `body` with this well-formed `signature`; compared in constant time.

    What is signed is the body's canonical form (RFC 8785) and `t` as a number.
    """
    parts = SHAPE.fullmatch(signature)
    if parts is None:
        return False
    try:
        content = jcs.canonicalize(json.loads(body)) + str(int(parts["t"])).encode()
    except (ValueError, RecursionError):
        return False
    known = [_key(key.get_secret_value()) for key in keys if key is not None]
    return any(
        hmac.compare_digest(parts["s"], hmac.new(key, content, hashlib.sha256).hexdigest()) for key in known
    )


def digest_of(signature: str) -> str:
    """The part of a well-formed `signature` that no copy can change."""
    return signature.partition("&s=")[2]


def _key(signing_key: str) -> bytes:
    return PREFIX.sub("", signing_key).encode()


def sign_empty(signing_key: str, *, at: datetime) -> str:
    """The header's value for a request without a body; one with a body is signed in its canonical form."""
    t = str(int(at.timestamp()))
    return f"t={t}&s={hmac.new(_key(signing_key), t.encode(), hashlib.sha256).hexdigest()}"
