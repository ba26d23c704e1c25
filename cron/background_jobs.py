"""The cron route: authorise, run one tick, map its report to an answer (design §5)."""

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import MethodNotAllowed

from lib.errors import WorkFailed
from lib.services import Services
from lib.ticks.decision import TickMode
from lib.ticks.tick import run_tick
from lib.web.bearer import bearer_token, require_secret
from lib.web.problems import problem

METHODS = ("GET", "POST")
STATUS = {
    TickMode.INLINE: 200,
    TickMode.INLINE_FALLBACK: 200,
    TickMode.INLINE_RECOVERY: 200,
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
        given = request.headers.get("x-cron-secret")
        require_secret(bearer_token() if given is None else given, services.settings.cron_secret)
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
        return response

    return routes
