"""The operator's session: a signed cookie, its end, and its protection against forged requests (design §4).

The key is derived from OPERATOR_TOKEN: another token ends every session. A cookie says when its session ends;
signing out takes it from the browser.
"""

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from typing import Final

from flask import Flask, request, session
from flask.sessions import SecureCookieSessionInterface

from lib.environment.decision import DeploymentKind
from lib.errors import Forbidden
from lib.services import Services
from lib.sign_in.derived_keys import KeyUse, derived_key

SESSION_HOURS: Final = 12
FORM_FIELD: Final = "csrf_token"
FORM_HEADER: Final = "x-csrf-token"
_UNTIL: Final = "until"
_FORM: Final = "form"


class OutdatedForm(Forbidden):
    """The form was not this session's: load the page again and send it once more."""

    code = "csrf"


class SignedSessions(SecureCookieSessionInterface):
    """Flask's signed sessions, with SHA-256."""

    digest_method = staticmethod(hashlib.sha256)


def keep_sessions(app: Flask, services: Services) -> None:
    """Have `app` read and write the operator's session; without OPERATOR_TOKEN there are none."""
    token = services.settings.operator_token
    https = services.environment.kind is not DeploymentKind.DEVELOPMENT
    app.session_interface = SignedSessions()
    app.secret_key = derived_key(token, KeyUse.SESSION) if token is not None else None
    app.config.update(
        SESSION_COOKIE_NAME="__Host-everytick" if https else "everytick",
        SESSION_COOKIE_SECURE=https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Strict",
        SESSION_COOKIE_PATH="/",
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=SESSION_HOURS),
    )


def begin_session(services: Services) -> None:
    """Sign the caller in: a new session, whose forms are not those of before."""
    session.clear()
    session.permanent = True
    session[_UNTIL] = int(services.clock.now().timestamp()) + SESSION_HOURS * 3600


def end_session() -> None:
    """Take the session from the caller."""
    session.clear()


def session_end(services: Services) -> datetime | None:
    """When the caller's session ends; None where it is over, or there is none."""
    until = session.get(_UNTIL)
    if not isinstance(until, int) or until <= services.clock.now().timestamp():
        return None
    return datetime.fromtimestamp(until, UTC)


def form_token(services: Services) -> str:
    """What a form of this session has to carry; made at the first call."""
    if _FORM not in session:
        session[_FORM] = base64.urlsafe_b64encode(services.random.randbytes(32)).decode()
    return str(session[_FORM])


def require_own_form() -> None:
    """Raise OutdatedForm unless the request carries its session's form token, as field or header."""
    held = session.get(_FORM)
    said = request.headers.get(FORM_HEADER) or request.form.get(FORM_FIELD, "")
    if not isinstance(held, str) or not hmac.compare_digest(held.encode(), said.encode("utf-8", "replace")):
        raise OutdatedForm
