"""What a registration came to, said so that whoever asked for it hears it (design §9, failure D9).

The SDK answers 200 also when Inngest refused. The engine, after it has asked an app to register, takes 400,
401, 403, 404 and 500 for failures and every other status for success, and of a 400 it shows `message`
(docs/inngest.md): so these are the statuses, and the problem document has that member too.
"""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, Final

import structlog
from flask import Response, copy_current_request_context, request

from lib.errors import EverytickError
from lib.log.events import LogEvent
from lib.log.redaction import Redactor
from lib.registration import InngestError, Registration, SyncFailed, SyncRefused, SyncTimedOut
from lib.registration_ledger import SyncKind, record_registration
from lib.services import Services
from lib.time_limit import within
from lib.web.problems import problem

SYNC_SECONDS: Final = 15.0
"""The most that a registration may take altogether; the SDK alone allows 30 s for each of its phases."""
KIND: Final = "x-inngest-sync-kind"
RECORD_MS: Final = 1_000
"""The most that keeping a registration may take: Inngest waits for the answer meanwhile."""


def sync_answer(
    services: Services, register: Callable[[], Response], *, told: Registration, origin: str | None
) -> Response:
    """The answer of `register`, the SDK's, where it went well; else a problem that says what was said.

    What the SDK refused to begin with (401, 400) is passed on. What Inngest took is kept: that it was `told`
    to call `origin`.
    """
    try:
        answer = within(SYNC_SECONDS, copy_current_request_context(register), name="inngest-sync")
        _require_taken(answer)
    except TimeoutError:
        return _told(SyncTimedOut(), services.redactor)
    except InngestError as error:
        return _told(error, services.redactor)
    kind = answer.headers.get(KIND)
    if answer.status_code == HTTPStatus.OK and kind in set(SyncKind) and origin is not None:
        _record(services, told, origin, SyncKind(kind))
    return answer


def _record(services: Services, told: Registration, origin: str, kind: SyncKind) -> None:
    """Keep it; a database that is away undoes no registration."""
    try:
        with services.store.transaction(
            statement_timeout_ms=RECORD_MS, checkout_timeout_ms=RECORD_MS
        ) as connection:
            record_registration(
                connection,
                env=told.env,
                url=origin + told.path,
                configuration_hash=told.configuration_hash,
                sync_kind=kind,
                instance=services.instance,
            )
    except EverytickError as error:
        structlog.get_logger().warning(LogEvent.REGISTRATION_UNRECORDED, code=error.code)


def _require_taken(answer: Response) -> None:
    """Raise SyncRefused with Inngest's word, or SyncFailed with the SDK's."""
    body = answer.get_json(silent=True)
    said: Mapping[str, Any] = body if isinstance(body, dict) else {}
    if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise SyncFailed(_word(said))
    if answer.headers.get(KIND) == SyncKind.OUT_OF_BAND and not _taken(said):
        raise SyncRefused(_word(said))


def _taken(said: Mapping[str, Any]) -> bool:
    return said.get("ok", "modified" in said) is True and not said.get("error")


def _word(said: Mapping[str, Any]) -> str | None:
    words = (said.get(name) for name in ("error", "message"))
    return next((word for word in words if isinstance(word, str) and word), None)


def _told(error: InngestError, redactor: Redactor) -> Response:
    word = redactor.text(error.message)
    structlog.get_logger().warning(LogEvent.REQUEST_REFUSED, code=error.code, path=request.path, detail=word)
    return problem(error.http_status, error.code, word, extensions={"message": word})
