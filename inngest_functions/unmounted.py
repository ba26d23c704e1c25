"""`/api/inngest` while the SDK is not mounted: says so, and says which environment this is (design §9)."""

from typing import Final

from flask import Blueprint, Response, request

from lib.environment.decision import DeploymentKind, GuardDecision
from lib.web.problems import problem
from lib.web.refusal import is_refused

PATH: Final = "/api/inngest"
HEADER: Final = "x-inngest-env"


def inngest_off_routes(decision: GuardDecision) -> Blueprint:
    """The route; its every answer has the header, errors included."""
    routes = Blueprint("inngest", __name__)
    name = environment_header(decision)

    @routes.route(PATH, methods=["GET", "HEAD", "PUT", "POST"])
    def off() -> Response:
        if request.method == "HEAD":
            return Response(status=200)
        return problem(
            503,
            "inngest_off",
            "Inngest is off in this deployment; its work is done inline. "
            "`flask env check` says whether that is meant.",
        )

    @routes.after_app_request
    def say_environment(response: Response) -> Response:
        if request.path.rstrip("/") == PATH and not is_refused():
            response.headers[HEADER] = name
        return response

    return routes


def environment_header(decision: GuardDecision) -> str:
    """What `x-inngest-env` says: the resolved name, `dev` in development without one, else `none`."""
    if decision.inngest_env is not None:
        return decision.inngest_env
    return "dev" if decision.kind is DeploymentKind.DEVELOPMENT else "none"
