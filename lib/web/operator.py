"""Who is the operator: OPERATOR_TOKEN as a bearer, or a session from the sign-in form (design §4)."""

from typing import Final

from flask import request
from pydantic import SecretStr

from lib.services import Services
from lib.web.bearer import bearer_token, require_secret
from lib.web.session import require_own_form, session_end

SAFE: Final = frozenset({"GET", "HEAD"})
"""Methods that change nothing, which a form of another site could not misuse."""


def require_operator(services: Services, *others: SecretStr | None) -> None:
    """Let the operator pass, or a bearer of one of `others`.

    Raises Unauthorized, and OutdatedForm for a session's request that changes something and carries no
    token of a form of its own. A bearer needs none: no browser sends it by itself.
    """
    bearer = bearer_token()
    if bearer is None and session_end(services) is not None and services.settings.operator_token is not None:
        if request.method not in SAFE:
            require_own_form()
        return
    require_secret(bearer, services.settings.operator_token, *others)
