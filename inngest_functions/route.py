"""The route that Inngest calls, whoever answers there: its path, its methods, its header (design §4, §9)."""

from collections.abc import Callable
from typing import Final

from flask import Blueprint, Response, request

from lib.environment.decision import DeploymentKind, GuardDecision
from lib.registration import DEFAULT_PATH
from lib.settings import Settings
from lib.web.body import own_body_limit
from lib.web.refusal import is_refused

HEADER: Final = "x-inngest-env"


def inngest_routes(settings: Settings, decision: GuardDecision, answer: Callable[[], Response]) -> Blueprint:
    """The route, answered by `answer`; HEAD by itself. Every answer at its path carries the header."""
    routes = Blueprint("inngest", __name__)
    path = route_path(settings)
    name = environment_header(decision)

    @routes.route(path, methods=["GET", "PUT", "POST"], provide_automatic_options=False)
    @own_body_limit
    def inngest_route() -> Response:
        return Response(status=200) if request.method == "HEAD" else answer()

    @routes.after_app_request
    def say_environment(response: Response) -> Response:
        if (request.path.rstrip("/") or "/") == path and not is_refused():
            response.headers[HEADER] = name
        return response

    return routes


def route_path(settings: Settings) -> str:
    """INNGEST_SERVE_PATH without a slash at its end, else the usual path."""
    return (settings.inngest_serve_path or DEFAULT_PATH).rstrip("/") or "/"


def environment_header(decision: GuardDecision) -> str:
    """What `x-inngest-env` says: the resolved name, `dev` in development without one, else `none`."""
    if decision.inngest_env is not None:
        return decision.inngest_env
    return "dev" if decision.kind is DeploymentKind.DEVELOPMENT else "none"
