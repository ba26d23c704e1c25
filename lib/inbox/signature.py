"""The relay's signature on a mail that it hands in (design §4)."""

import hashlib
import hmac
import re
from datetime import datetime
from typing import Final

from lib.errors import Unauthorized

SKEW_SECONDS: Final = 300
"""How far the relay's clock may be from ours, either way."""
HEADER: Final = re.compile(r"t=(?P<t>[0-9]{1,12}),v1=(?P<v1>[0-9a-f]{64})", re.ASCII)


def require_fresh(header: str | None, *, now: datetime) -> re.Match[str]:
    """The parts of `header`. Raises Unauthorized for one that is missing, malformed or out of time."""
    parts = HEADER.fullmatch(header or "")
    if parts is None or abs(now.timestamp() - int(parts["t"])) > SKEW_SECONDS:
        raise Unauthorized
    return parts


def require_signed(parts: re.Match[str], *, secret: str, workspace: str, body: bytes) -> None:
    """Raise Unauthorized unless the signature in `parts` is ours for this workspace and body."""
    expected = signature(secret, timestamp=parts["t"], workspace=workspace, body=body)
    if not hmac.compare_digest(expected, parts["v1"]):
        raise Unauthorized


def signature(secret: str, *, timestamp: str, workspace: str, body: bytes) -> str:
    """`v1`: HMAC-SHA256 over `t "." workspace "." raw body`, in lower-case hexadecimal."""
    signed = f"{timestamp}.{workspace}.".encode("utf-8", "surrogateescape") + body
    return hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
