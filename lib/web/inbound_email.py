"""`POST /api/inbound/email`: a relay hands in one mail (design §4)."""

from http import HTTPStatus
from typing import Final

import structlog
from flask import Blueprint, request

from lib.errors import (
    BadRequest,
    MailError,
    NotFound,
    Unauthorized,
    UnsupportedMediaType,
)
from lib.inbox.parse import parse_mail
from lib.inbox.receive import receive
from lib.inbox.signature import require_fresh, require_signed
from lib.inbox.workspace import find_workspace
from lib.log.events import LogEvent
from lib.services import Services
from lib.web.body import own_body_limit, read_body

PATH: Final = "/api/inbound/email"
BODY_LIMIT: Final = 4 * 1024 * 1024
"""Bytes: what the platform lets through to a function (design §4)."""
TOO_LARGE: Final = (
    f"A mail handed in here has at most {BODY_LIMIT // 1024 // 1024} MiB; import larger ones with "
    "`flask inbox import`."
)
MEDIA_TYPE: Final = "message/rfc822"


def inbound_email_routes(services: Services) -> Blueprint:
    """The route."""
    routes = Blueprint("inbound_email", __name__)

    @routes.post(PATH)
    @own_body_limit
    def inbound_email() -> tuple[dict[str, object], int]:
        workspace, body = _authorised(services)
        if request.mimetype != MEDIA_TYPE:
            raise UnsupportedMediaType(f"Send the mail as it is, with content-type {MEDIA_TYPE}.")
        try:
            mail = parse_mail(body, received_at=services.clock.now())
            with services.store.transaction() as connection:
                workspace_id = find_workspace(connection, workspace)
                if workspace_id is None:
                    raise NotFound("There is no workspace with the id in x-workspace-id.")
                received = receive(connection, services.kinds, workspace_id=workspace_id, mail=mail)
        except MailError as error:
            structlog.get_logger().warning(LogEvent.MAIL_REFUSED, code=error.code, workspace=workspace)
            raise
        structlog.get_logger().info(
            LogEvent.MAIL_IMPORTED,
            workspace=workspace,
            message_id=str(received.message_id),
            job_id=received.job_id,
            duplicate=received.duplicate,
        )
        return {
            "messageId": str(received.message_id),
            "jobId": received.job_id,
            "duplicate": received.duplicate,
        }, HTTPStatus.ACCEPTED

    return routes


def _authorised(services: Services) -> tuple[str, bytes]:
    """The workspace that the caller names and the body, once the signature over both is ours.

    What costs nothing is checked first; the body is read up to its limit only; nothing is said of a
    workspace before. Without INBOUND_SECRET the route is closed.
    """
    secret = services.settings.inbound_secret
    headers = request.headers.getlist("x-signature")
    if secret is None or len(headers) != 1:
        raise Unauthorized
    parts = require_fresh(headers[0], now=services.clock.now())
    workspaces = request.headers.getlist("x-workspace-id")
    if len(workspaces) != 1 or not workspaces[0]:
        raise BadRequest("The header x-workspace-id is required, once.")
    body = read_body(BODY_LIMIT, too_large=TOO_LARGE)
    require_signed(parts, secret=secret.get_secret_value(), workspace=workspaces[0], body=body)
    return workspaces[0], body
