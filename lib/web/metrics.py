"""`GET /metrics`, for Prometheus: with METRICS_TOKEN, or the operator's (design §4)."""

from typing import Final

from flask import Blueprint, Response, request

from lib.cached import Cached
from lib.operator.metrics import read_samples
from lib.services import Services
from lib.web.operator import require_operator

CACHED_SECONDS: Final = 5.0


def metrics_routes(services: Services) -> Blueprint:
    """The route; 200 also while the database is away, which `everytick_up` says."""
    routes = Blueprint("metrics", __name__)
    samples = Cached(services.clock, CACHED_SECONDS, lambda: read_samples(services))

    @routes.get("/metrics")
    def metrics() -> Response:
        require_operator(services, services.settings.metrics_token)
        from lib.operator.exposition import expose  # noqa: PLC0415 - the library costs a start 0.1 s

        told = expose(samples.get(), accept=request.headers.get("Accept", ""))
        return Response(told.body, content_type=told.content_type)

    return routes
