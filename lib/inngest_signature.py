"""Inngest's signature on requests: `t` (Unix seconds) and `s` (HMAC-SHA256 over body and `t`).

The SDK judges `s`; how old `t` is it never asks (design §9).
"""

import hashlib
import hmac
import re
from datetime import datetime
from typing import Final

from lib.errors import Unauthorized

HEADER: Final = "x-inngest-signature"
SKEW_SECONDS: Final = 300
"""How far the caller's clock may be from ours, either way."""
SHAPE: Final = re.compile(r"t=(?P<t>[0-9]{1,12})&s=[0-9a-f]{64}", re.ASCII)
PREFIX: Final = re.compile(r"\Asignkey-\w+-", re.ASCII)
"""What a key carries before the part that signs."""


class SignatureMalformed(Unauthorized):
    """The signature has another shape than Inngest's, or there is more than one."""


class SignatureStale(Unauthorized):
    """The signature is more than five minutes off this server's clock."""

    retriable = True  # the next try is signed anew


def require_fresh(signature: str, *, now: datetime) -> None:
    """Raise SignatureMalformed, or SignatureStale for a `signature` more than SKEW_SECONDS off `now`."""
    parts = SHAPE.fullmatch(signature)
    if parts is None:
        raise SignatureMalformed
    if abs(now.timestamp() - int(parts["t"])) > SKEW_SECONDS:
        raise SignatureStale


def sign_empty(signing_key: str, *, at: datetime) -> str:
    """The header's value for a request without a body; one with a body is signed in its canonical form."""
    t = str(int(at.timestamp()))
    secret = PREFIX.sub("", signing_key).encode()
    return f"t={t}&s={hmac.new(secret, t.encode(), hashlib.sha256).hexdigest()}"
