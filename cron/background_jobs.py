"""The cron route: authorise, run one tick, map its report to an answer (design §5)."""

import hmac

from flask import Blueprint, Response, jsonify, request
from pydantic import SecretStr
from werkzeug.exceptions import MethodNotAllowed

from lib.errors import Unauthorized, WorkFailed
from lib.services import Services
from lib.ticks.decision import TickMode
from lib.ticks.tick import run_tick
from lib.web.problems import problem

METHODS = ("GET", "POST")
STATUS = {
    TickMode.INLINE: 200,
    TickMode.INLINE_FALLBACK: 200,
    TickMode.INNGEST: 202,
    TickMode.DUPLICATE: 202,
    TickMode.BUSY: 202,
}


def cron_routes(services: Services) -> Blueprint:
    """`/api/cron/background-jobs`, for the cron and whoever else knows the secret."""
    routes = Blueprint("cron", __name__)

    @routes.route("/api/cron/background-jobs", methods=METHODS, provide_automatic_options=False)
    def background_jobs() -> Response:
        if request.method not in METHODS:
            raise MethodNotAllowed(valid_methods=METHODS)
        _authorise(services.settings.cron_secret)
        report = run_tick(services)
        if report.failed:
            return problem(
                WorkFailed.http_status,
                WorkFailed.code,
                f"Inline work failed ({', '.join(sorted(report.failed))}); the window stays open.",
                extensions=report.as_json(),
            )
        response = jsonify(report.as_json())
        response.status_code = STATUS[report.mode]
        response.headers["Cache-Control"] = "no-store"
        return response

    return routes


def _authorise(secret: SecretStr | None) -> None:
    """Let the request pass when it carries `secret`; a secret that isn't set closes the route.

    Raises Unauthorized, without a hint at what was wrong (failure L17).
    """
    given = request.headers.get("x-cron-secret")
    if given is None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        given = token.strip() if scheme.casefold() == "bearer" else None
    if secret is None or given is None:
        raise Unauthorized
    if not hmac.compare_digest(given.encode("latin-1", "replace"), secret.get_secret_value().encode()):
        raise Unauthorized
