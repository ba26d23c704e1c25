"""RFC 9457 problem documents: how every error leaves a route (design §4)."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import structlog
from flask import Flask, Response, json, request
from werkzeug.exceptions import HTTPException, NotFound, RequestEntityTooLarge

from lib.errors import EverytickError, PayloadTooLarge, StoreError
from lib.log.events import LogEvent

RETRY_AFTER_SECONDS = 60


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    extensions: Mapping[str, Any] | None = None,
    retry_after: int | None = None,
) -> Response:
    """A problem document; `extensions` are added beside the standard members and never replace them."""
    body = {
        **(extensions or {}),
        "type": f"urn:everytick:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "instance": request.path,
        "code": code,
    }
    response = Response(json.dumps(body), status=status, content_type="application/problem+json")
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    return response


def answer_with_problems(app: Flask) -> None:
    """Turn every error of `app`'s routes into a problem document; what was not foreseen is logged whole."""
    redactor = app.extensions["everytick"].redactor

    @app.errorhandler(EverytickError)
    def known(error: EverytickError) -> Response:
        structlog.get_logger().warning(
            LogEvent.REQUEST_REFUSED, code=error.code, path=request.path, detail=error.message
        )
        retry_after = RETRY_AFTER_SECONDS if isinstance(error, StoreError) else None
        response = problem(
            error.http_status, error.code, redactor.text(error.message), retry_after=retry_after
        )
        if error.http_status == HTTPStatus.UNAUTHORIZED:
            response.headers["WWW-Authenticate"] = "Bearer"
        return response

    @app.errorhandler(NotFound)
    def nothing_here(_: NotFound) -> Response:
        return problem(
            404, "not_found", f"There is nothing at this address. There is at: {', '.join(addresses(app))}."
        )

    @app.errorhandler(RequestEntityTooLarge)
    def too_large(_: RequestEntityTooLarge) -> Response:
        return problem(PayloadTooLarge.http_status, PayloadTooLarge.code, PayloadTooLarge().message)

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> Response:
        status = error.code or 500
        answer = problem(status, HTTPStatus(status).name.lower(), error.description or error.name)
        for name, value in error.get_headers():
            if name.lower() in ("allow", "retry-after"):
                answer.headers[name] = value
        return answer

    @app.errorhandler(Exception)
    def unforeseen(error: Exception) -> Response:
        structlog.get_logger().error(
            LogEvent.REQUEST_FAILED,
            path=request.path,
            error_class=type(error).__name__,
            exc_info=error,
        )
        return problem(500, "internal_error", "Everytick failed; its log has the details.")


def addresses(app: Flask) -> list[str]:
    """The addresses that `app` answers at, in order; without those that name one thing among many."""
    return sorted({rule.rule for rule in app.url_map.iter_rules() if not rule.arguments})
