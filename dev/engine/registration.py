"""The signed in-band sync: what functions the app says it has."""

from http import HTTPStatus
from typing import Any

from dev.engine import signature, strict_json
from dev.engine.answer import RawAnswer
from dev.engine.errors import RegistrationRefused
from dev.engine.transport import Transport

SYNC_KIND = "x-inngest-sync-kind"


def ask_for_configurations(transport: Transport) -> list[dict[str, Any]]:
    """The configurations of the app's functions, failure functions included.

    Raises:
        RegistrationRefused: there is no key, or the answer is not a signed in-band sync.

    """
    if transport.key is None:
        raise RegistrationRefused("an in-band sync is signed: use register_configs without a key")
    payload = strict_json.dumps({"url": f"http://localhost{transport.path}"})
    headers = transport.signed(
        {"content-type": "application/json", "user-agent": "Inngest", SYNC_KIND: "in_band"}, payload
    )
    raw = transport.send("PUT", "", headers, payload)
    problem = _problem(raw, transport.key)
    if problem is not None:
        raise RegistrationRefused(f"{problem}: {raw.status} {raw.body[:300]!r}")
    body = strict_json.loads(raw.body)
    functions = body.get("functions") if isinstance(body, dict) else None
    if not isinstance(functions, list) or not all(isinstance(one, dict) for one in functions):
        raise RegistrationRefused("no list of functions")
    return functions


def _problem(raw: RawAnswer, key: str) -> str | None:
    if raw.status != HTTPStatus.OK:
        return "not accepted"
    if raw.headers.get(SYNC_KIND) != "in_band":
        return "not answered in band"
    if not signature.answer_is_signed(raw.body, raw.headers.get(signature.HEADER, ""), key):
        return "the answer is not signed"
    return None
