"""The operator's routes that change something, together."""

from flask import Blueprint

from lib.services import Services
from lib.web.operator_controls import operator_controls_routes
from lib.web.operator_jobs import operator_jobs_routes


def operator_routes(services: Services) -> Blueprint:
    """What the commands do, for hosts without a shell."""
    routes = Blueprint("operator", __name__)
    routes.register_blueprint(operator_controls_routes(services))
    routes.register_blueprint(operator_jobs_routes(services))
    return routes
