"""Callers that put credentials on whatever request is made: what gets past the door is tested as well."""

import hashlib
import hmac
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any
from uuid import UUID

from flask import Flask

from tests.conftest import CRON_SECRET, FakeClock
from tests.web.signing_in import OPERATOR_TOKEN, Browser

INBOUND_SECRET = "test-inbound-secret-0123456789"
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def known(app: Flask, clock: FakeClock, workspace: str) -> Wsgi:
    """`app` for callers who have every secret; a workspace that could be one is the one there is."""

    def call(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path.startswith("/api/cron/"):
            environ["HTTP_AUTHORIZATION"] = f"Bearer {CRON_SECRET}"
            environ.pop("HTTP_X_CRON_SECRET", None)
        elif path == "/metrics" or path.startswith("/api/operator/"):
            environ["HTTP_AUTHORIZATION"] = f"Bearer {OPERATOR_TOKEN}"
        elif path == "/api/inbound/email":
            _sign(environ, clock, workspace)
        elif path.startswith("/sign-"):
            _come_from_the_form(environ, app)
        return app.wsgi_app(environ, start_response)

    return call


def _sign(environ: dict[str, Any], clock: FakeClock, workspace: str) -> None:
    if _is_uuid(environ.get("HTTP_X_WORKSPACE_ID", "")):
        environ["HTTP_X_WORKSPACE_ID"] = workspace
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = BytesIO(body)
    t = str(int(clock.now().timestamp()))
    said = f"{t}.{environ.get('HTTP_X_WORKSPACE_ID', '')}.".encode("latin-1", "replace")
    mac = hmac.new(INBOUND_SECRET.encode(), said + body, hashlib.sha256).hexdigest()
    environ["HTTP_X_SIGNATURE"] = f"t={t},v1={mac}"


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _come_from_the_form(environ: dict[str, Any], app: Flask) -> None:
    """A form's cookie and token; to sign out one has to be signed in."""
    browser = Browser(app.test_client(), address=f"visitor {id(environ)}")
    if environ["PATH_INFO"] == "/sign-out":
        browser.sign_in()
    environ["HTTP_X_CSRF_TOKEN"] = browser.fields()["csrf_token"]
    cookie = browser.client.get_cookie("everytick")
    environ["HTTP_COOKIE"] = f"everytick={cookie.value}" if cookie else ""
