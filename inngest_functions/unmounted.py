"""The route while Inngest cannot be used: it says so, and no SDK is there to run anything (design §9)."""

from flask import Blueprint, Response

from inngest_functions.route import inngest_routes
from lib.services import Services
from lib.web.problems import problem


def inngest_off_routes(services: Services) -> Blueprint:
    """The route."""
    return inngest_routes(services.settings, services.environment, _off)


def _off() -> Response:
    return problem(
        503,
        "inngest_off",
        "Inngest is off in this deployment; its work is done inline. "
        "`flask env check` says whether that is meant.",
    )
