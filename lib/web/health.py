"""`/api/health` and `/api/health/ready`: whether the process answers, and whether its dependencies do."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import structlog
from flask import Blueprint, Response, jsonify

from lib.cached import Cached
from lib.clock import iso
from lib.environment.decision import DeploymentKind
from lib.errors import EverytickError
from lib.log.events import LogEvent
from lib.services import Services
from lib.store.store import Connection
from lib.ticks.proof import is_proven
from lib.vitals.tick_arrivals import tick_arrivals

CACHED_SECONDS: Final = 5.0
CHECK_MS: Final = 1_000
"""The most that one check may take (design §4)."""
UNKNOWN: Final = "Cannot be known while the database is away."


def health_routes(services: Services) -> Blueprint:
    """The two routes; neither shows a host or a secret."""
    routes = Blueprint("health", __name__)
    verdicts = Cached(services.clock, CACHED_SECONDS, lambda: _verdicts(services))

    @routes.get("/api/health")
    def health() -> dict[str, bool]:
        return {"ok": True}

    @routes.get("/api/health/ready")
    def ready() -> Response:
        checks = verdicts.get()
        is_ready = checks["database"]["verdict"] == "ready"
        response = jsonify({"ready": is_ready, "checks": checks})
        response.status_code = 200 if is_ready else 503
        return response

    return routes


def _verdicts(services: Services) -> dict[str, dict[str, Any]]:
    return {
        "database": _database(services),
        "redis": _redis(services),
        "inngest": _inngest(services),
        "ticks": _ticks(services),
    }


def _database(services: Services) -> dict[str, Any]:
    try:
        with _check(services) as connection:
            connection.execute("SELECT 1")
    except EverytickError as error:
        structlog.get_logger().warning(LogEvent.STORE_UNAVAILABLE, while_doing="health", code=error.code)
        return {"verdict": error.code, "detail": error.message}
    return {"verdict": "ready", "detail": None}


def _redis(services: Services) -> dict[str, Any]:
    if services.settings.redis_url is None:
        return {"verdict": "off", "detail": "REDIS_URL is not set: job status reads unknown."}
    if services.blobs.ping():
        return {"verdict": "ready", "detail": None}
    if services.blobs.foreign:
        return {
            "verdict": "foreign",
            "detail": "It is stamped for another kind of deployment and left alone: job status reads "
            "unknown. See to REDIS_URL.",
        }
    return {"verdict": "away", "detail": "Job status reads unknown until it is back; work goes on."}


def _inngest(services: Services) -> dict[str, Any]:
    if not services.environment.inngest_usable:
        return {"verdict": "off", "detail": None}
    try:
        with _check(services) as connection:
            proven = is_proven(connection)
    except EverytickError:  # said by the verdict on the database
        return {"verdict": "unproven", "detail": UNKNOWN}
    if proven:
        return {"verdict": "ready", "detail": None}
    return {"verdict": "unproven", "detail": "No tick that it accepted was executed by it lately."}


def _ticks(services: Services) -> dict[str, Any]:
    """Whether the cron calls. It never makes the app unready: that would keep the next tick away as well."""
    if services.environment.kind is not DeploymentKind.PRODUCTION:
        return {"verdict": "off", "detail": "Only production has a cron that has to call."}
    try:
        with _check(services) as connection:
            seen = tick_arrivals(connection, services.settings.background_jobs_dispatch_window_seconds)
    except EverytickError:
        return {"verdict": "unknown", "detail": UNKNOWN}
    if not seen.are_missing:
        return {"verdict": "ready", "detail": None, "missingWindows": seen.missing}
    last = f"since {iso(seen.last_tick_at)}" if seen.last_tick_at else "ever since the database was set up"
    return {
        "verdict": "missing",
        "detail": f"No tick {last}: {seen.missing} windows without one. See to the cron.",
        "missingWindows": seen.missing,
    }


@contextmanager
def _check(services: Services) -> Iterator[Connection]:
    """A transaction that waits for nothing longer than CHECK_MS."""
    with services.store.transaction(
        statement_timeout_ms=CHECK_MS, checkout_timeout_ms=CHECK_MS
    ) as connection:
        yield connection
