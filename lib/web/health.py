"""`/api/health` and `/api/health/ready`: whether the process answers, and whether its dependencies do."""

import threading
from collections.abc import Callable
from typing import Any, Final

import structlog
from flask import Blueprint, Response, jsonify

from lib.errors import EverytickError
from lib.log.events import LogEvent
from lib.services import Services
from lib.ticks.proof import is_proven

CACHED_SECONDS: Final = 5.0
CHECK_MS: Final = 1_000
"""The most that one check may take (design §4)."""


def health_routes(services: Services) -> Blueprint:
    """The two routes; neither shows a host or a secret."""
    routes = Blueprint("health", __name__)
    verdicts = _Cached(services, lambda: _verdicts(services))

    @routes.get("/api/health")
    def health() -> dict[str, bool]:
        return {"ok": True}

    @routes.get("/api/health/ready")
    def ready() -> Response:
        checks = verdicts.get()
        is_ready = checks["database"]["verdict"] == "ready"
        response = jsonify({"ready": is_ready, "checks": checks})
        response.status_code = 200 if is_ready else 503
        response.headers["Cache-Control"] = "no-store"
        return response

    return routes


def _verdicts(services: Services) -> dict[str, dict[str, Any]]:
    return {
        "database": _database(services),
        "redis": _redis(services),
        "inngest": _inngest(services),
    }


def _database(services: Services) -> dict[str, Any]:
    try:
        with services.store.transaction(
            statement_timeout_ms=CHECK_MS, checkout_timeout_ms=CHECK_MS
        ) as connection:
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
    return {"verdict": "away", "detail": "Job status reads unknown until it is back; work goes on."}


def _inngest(services: Services) -> dict[str, Any]:
    if not services.environment.inngest_usable:
        return {"verdict": "off", "detail": None}
    try:
        with services.store.transaction(
            statement_timeout_ms=CHECK_MS, checkout_timeout_ms=CHECK_MS
        ) as connection:
            proven = is_proven(connection)
    except EverytickError:  # said by the verdict on the database
        return {"verdict": "unproven", "detail": "Cannot be known while the database is away."}
    if proven:
        return {"verdict": "ready", "detail": None}
    return {"verdict": "unproven", "detail": "No tick that it accepted was executed by it lately."}


class _Cached:
    """The latest verdicts, made anew when they are older than CACHED_SECONDS."""

    def __init__(self, services: Services, make: Callable[[], dict[str, dict[str, Any]]]) -> None:
        self._clock = services.clock
        self._make = make
        self._lock = threading.Lock()
        self._made_at = float("-inf")
        self._held: dict[str, dict[str, Any]] = {}

    def get(self) -> dict[str, dict[str, Any]]:
        """The verdicts; one caller makes them, the others wait for it."""
        with self._lock:
            now = self._clock.monotonic()
            if now - self._made_at >= CACHED_SECONDS:
                self._held = self._make()
                self._made_at = self._clock.monotonic()
            return self._held
