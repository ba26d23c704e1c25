"""What every answer of the app carries and every request is held to, whatever its route (design §4)."""

from types import MappingProxyType
from typing import Final

from flask import Flask, Response, current_app, request

from lib.composition import Composition
from lib.environment.decision import DeploymentKind
from lib.errors import PayloadTooLarge
from lib.web.body import limits_own_body
from lib.web.problems import answer_with_problems
from lib.web.session import keep_sessions

BODY_LIMIT: Final = 64 * 1024
"""Bytes: the most that a route takes which sets no limit of its own."""
HSTS: Final = "max-age=31536000"
"""A year; without the subdomains, which may not be ours."""
CLOSED_POLICY: Final = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
"""The Content-Security-Policy of what is no page: opened in a browser it loads, runs and sends nothing."""
EVERYWHERE: Final = MappingProxyType(
    {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Content-Security-Policy": CLOSED_POLICY,
        "X-Frame-Options": "DENY",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "no-store",
    }
)


def bare_app(composition: Composition) -> Flask:
    """An app without routes yet: every answer has its headers, every error is a problem document.

    It never redirects for a slash (failure D13), and answers OPTIONS to nobody: no other origin's page has
    business here.
    """
    app = Flask("everytick", static_folder=None)
    app.url_map.strict_slashes = app.url_map.merge_slashes = False
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    app.extensions["everytick"] = composition
    answer_with_headers(app, composition.decision.kind)
    answer_with_problems(app)
    if composition.services is not None:
        keep_sessions(app, composition.services)
    return app


def answer_with_headers(app: Flask, kind: DeploymentKind | None) -> None:
    """Give every answer of `app` the headers of EVERYWHERE that it has not set itself.

    Outside development also Strict-Transport-Security; a deployment of unknown kind is outside.
    """
    headers = dict(EVERYWHERE)
    if kind is not DeploymentKind.DEVELOPMENT:
        headers["Strict-Transport-Security"] = HSTS

    @app.after_request
    def complete(response: Response) -> Response:
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        return response


def limit_requests(app: Flask) -> None:
    """Refuse what no route of `app` has a use for: bodies over BODY_LIMIT.

    A route that reads its body with a limit of its own is left to itself.
    """
    app.config["MAX_CONTENT_LENGTH"] = BODY_LIMIT

    @app.before_request
    def limit() -> None:
        view = current_app.view_functions.get(request.endpoint or "")
        if not limits_own_body(view) and (request.content_length or 0) > BODY_LIMIT:
            raise PayloadTooLarge(f"A request here has a body of at most {BODY_LIMIT // 1024} KiB.")
