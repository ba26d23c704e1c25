"""`/sign-in` and `/sign-out`: a session by OPERATOR_TOKEN or by a one-time link (design §4).

There is no address to go on to in any of it, so that nobody can be sent elsewhere by a link to here.
"""

import hmac
from enum import StrEnum
from http import HTTPStatus
from typing import Final

import structlog
from flask import Blueprint, Response, make_response, redirect, render_template, request
from pydantic import SecretStr

from lib.errors import Unauthorized, UnsupportedMediaType
from lib.log.events import LogEvent
from lib.services import Services
from lib.sign_in.attempts import WINDOW_SECONDS, may_attempt
from lib.sign_in.links import use_link
from lib.web.session import (
    FORM_FIELD,
    OutdatedForm,
    begin_session,
    end_session,
    form_token,
    require_own_form,
    session_end,
)

SIGN_IN: Final = "/sign-in"
SIGN_OUT: Final = "/sign-out"
FORM: Final = "application/x-www-form-urlencoded"
PAGE_POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""The Content-Security-Policy of a page: what is its own, and nothing inline."""


class Refusal(StrEnum):
    """Why nobody was signed in, for the log; the page tells less."""

    FORM = "form"
    WRONG = "wrong"
    TOO_MANY = "too_many"


TOLD: Final = {
    Refusal.FORM: (HTTPStatus.FORBIDDEN, "This form is out of date. Please send it once more."),
    Refusal.WRONG: (HTTPStatus.UNAUTHORIZED, "That did not sign you in."),
    Refusal.TOO_MANY: (
        HTTPStatus.TOO_MANY_REQUESTS,
        "Too many attempts. Wait a quarter of an hour, or make a link: flask operator sign-in-link",
    ),
}


def sign_in_routes(services: Services) -> Blueprint:
    """Both routes; closed (401) without OPERATOR_TOKEN."""
    routes = Blueprint("sign_in", __name__, template_folder="templates")

    @routes.get(SIGN_IN)
    def show() -> Response:
        _token(services)
        return _page(services, link=request.args.get("link"))

    @routes.post(SIGN_IN)
    def sign_in() -> Response:
        token = _token(services)
        _require_form()
        refusal = _judged(services, token)
        if refusal is None:
            begin_session(services)
            structlog.get_logger().info(LogEvent.OPERATOR_SIGNED_IN, by="link" if _link() else "token")
            return _onward()
        structlog.get_logger().warning(LogEvent.OPERATOR_NOT_SIGNED_IN, reason=refusal)
        return _refused(services, refusal)

    @routes.post(SIGN_OUT)
    def sign_out() -> Response:
        _token(services)
        _require_form()
        if session_end(services) is not None:
            require_own_form()
        end_session()
        return _onward()

    return routes


def _token(services: Services) -> SecretStr:
    token = services.settings.operator_token
    if token is None:
        raise Unauthorized("Signing in is closed here: OPERATOR_TOKEN is not set.")
    return token


def _require_form() -> None:
    if request.mimetype != FORM:
        raise UnsupportedMediaType(f"Send the form as {FORM}.")


def _judged(services: Services, token: SecretStr) -> Refusal | None:
    """Why the form signs nobody in; None where it does. A link is used up by it."""
    try:
        require_own_form()
    except OutdatedForm:
        return Refusal.FORM
    if link := _link():
        with services.store.transaction() as connection:
            return None if use_link(connection, token, link) else Refusal.WRONG
    with services.store.transaction() as connection:
        counted = may_attempt(connection, token, source=_source())
    if not counted:
        return Refusal.TOO_MANY
    said = request.form.get("token", "").strip().encode("utf-8", "replace")
    return None if hmac.compare_digest(said, token.get_secret_value().encode()) else Refusal.WRONG


def _link() -> str | None:
    return request.form.get("link") or None


def _source() -> str:
    """Where the request came from: what the nearest proxy saw, else the connection's other end.

    Without a proxy a caller may write it, hence the limit on all sources together.
    """
    forwarded = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    return forwarded or request.remote_addr or "unknown"


def _refused(services: Services, refusal: Refusal) -> Response:
    status, told = TOLD[refusal]
    answer = _page(services, told=told, link=_link() if refusal is Refusal.FORM else None)
    answer.status_code = status
    if status == HTTPStatus.UNAUTHORIZED:
        answer.headers["WWW-Authenticate"] = "Bearer"
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        answer.headers["Retry-After"] = str(WINDOW_SECONDS)
    return answer


def _onward() -> Response:
    answer = make_response(redirect(SIGN_IN, HTTPStatus.SEE_OTHER))
    answer.headers["Content-Security-Policy"] = PAGE_POLICY
    return answer


def _page(services: Services, *, link: str | None = None, told: str | None = None) -> Response:
    until = session_end(services)
    page = render_template(
        "sign_in.html",
        action=SIGN_OUT if until else SIGN_IN,
        until=until and f"{until:%Y-%m-%d %H:%M} UTC",
        link=link,
        told=told,
        form_field=FORM_FIELD,
        form_token=form_token(services),
    )
    answer = make_response(page)
    answer.headers["Content-Security-Policy"] = PAGE_POLICY
    return answer
