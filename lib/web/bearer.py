"""Who may call: secrets that a request carries, compared in constant time (design §4, failure L17)."""

import hmac

from flask import request
from pydantic import SecretStr

from lib.errors import Unauthorized


def bearer_token() -> str | None:
    """What the request's `Authorization: Bearer …` says; None where there is none."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.casefold() == "bearer" else None


def require_secret(given: str | None, *secrets: SecretStr | None) -> None:
    """Let the request pass when `given` is one of `secrets`; one that isn't set lets nobody in.

    Raises Unauthorized, without a hint at what was wrong.
    """
    said = (given or "").encode("latin-1", "replace")
    known = [secret.get_secret_value().encode() for secret in secrets if secret is not None]
    if given is None or not any(hmac.compare_digest(said, secret) for secret in known):
        raise Unauthorized
