"""How the engine signs a request, and how it checks what the SDK signed (HMAC-SHA256, RFC 8785 JSON)."""

import hashlib
import hmac
import json
import re
from typing import Final

import jcs  # type: ignore[import-untyped]  # the SDK brings it and canonicalises with it

HEADER: Final = "x-inngest-signature"
PREFIX: Final = re.compile(r"^signkey-\w+-")
FORM: Final = re.compile(r"t=(\d{1,12})&s=([0-9a-f]{64})")


def sign_request(body: bytes, key: str, at: int) -> str:
    """The header for a JSON `body`: what is signed is its canonical form and `at` (unix seconds)."""
    canonical = jcs.canonicalize(json.loads(body))
    return f"t={at}&s={_digest(canonical, key, at)}"


def sign_answer(body: bytes, key: str, at: int) -> str:
    """The header for an answer, whose bytes are signed as they are."""
    return f"t={at}&s={_digest(body, key, at)}"


def answer_is_signed(body: bytes, header: str, key: str) -> bool:
    """Whether `header` signs the bytes of an answer.

    Its age is not judged: the SDK signs by the machine's clock, the engine has its own.
    """
    found = FORM.fullmatch(header)
    if found is None:
        return False
    return hmac.compare_digest(found[2], _digest(body, key, int(found[1])))


def _digest(content: bytes, key: str, at: int) -> str:
    """The prefix `signkey-xxx-` is not part of the key; the rest is taken as text, not as hex."""
    return hmac.new(PREFIX.sub("", key).encode(), content + str(at).encode(), hashlib.sha256).hexdigest()
