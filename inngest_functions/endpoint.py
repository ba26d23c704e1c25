"""The route with the SDK behind it: what the SDK does not refuse itself is refused in front (design §9)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, cast

import inngest
import inngest.flask
from flask import Flask, Response, after_this_request, request

from inngest_functions.client import build_client, dev_server_of
from inngest_functions.functions import durable_functions
from inngest_functions.heard_calls import let_in
from inngest_functions.registration import registration
from inngest_functions.route import inngest_routes, route_path
from inngest_functions.sync import sync_answer
from lib.environment.addresses import is_local_number
from lib.errors import Forbidden, PayloadTooLarge
from lib.inngest_signature import HEADER, SignatureMalformed, is_signed, require_fresh
from lib.registration import EXTENSION, Registration, ServeOriginMissing
from lib.services import Services
from lib.settings import sdk_environment
from lib.web.body import read_body

Functions = Callable[[inngest.Inngest, Services], list[inngest.Function[Any]]]
"""Defines the functions on a client."""
Answer = Callable[[], Response]

BODY_LIMIT: Final = 4 * 1024 * 1024 + 512 * 1024
"""Bytes: Inngest posts 4 MiB at most and lets the SDK fetch the rest; the half is for the envelope."""
NO_RETRY: Final = "x-inngest-no-retry"
"""The engine's only way to hear that another try is no use: it retries a bare 4xx (inngest-wire §2)."""
FORWARDED: Final = frozenset({"forwarded", "origin", "true-client-ip", "via", "x-client-ip", "x-real-ip"})
"""Headers of a call that came through a proxy or out of a browser's page; beside `X-Forwarded-…`."""


def mount_inngest(app: Flask, services: Services, *, functions: Functions | None = None) -> None:
    """Serve on `app` what `functions` defines (None: the durable functions), with the keys found usable."""
    settings, decision = services.settings, services.environment
    client = build_client(settings, decision)
    defined = (functions or durable_functions)(client, services)
    mounted = _Mounted(client, defined, path=route_path(settings))
    signed = dev_server_of(settings, decision) is None
    heard = _signed if signed else _unsigned
    told = registration(settings, decision, defined, signed=signed)
    app.extensions[EXTENSION] = told
    app.register_blueprint(inngest_routes(settings, decision, heard(services, mounted, told)))


class _Mounted:
    """The SDK's own view, with everything passed that it would otherwise read from the environment."""

    def __init__(self, client: inngest.Inngest, functions: list[inngest.Function[Any]], *, path: str) -> None:
        self._client = client
        self._functions = functions
        self._path = path

    def view(self, origin: str | None) -> Answer:
        """The view that registers nothing but `origin`; None only where no registration reaches it."""
        inner = Flask("inngest", static_folder=None)
        with sdk_environment(None):
            inngest.flask.serve(
                inner,
                self._client,
                self._functions,
                enable_unauthed_sync=False,
                serve_origin=origin,
                serve_path=self._path,
            )
        (view,) = inner.view_functions.values()
        return cast("Answer", view)


def _signed(services: Services, mounted: _Mounted, told: Registration) -> Answer:
    """Calls of Inngest's cloud or of one's own server: the SDK checks the signature, we that it is new."""
    origin = services.environment.serve_origin
    keys = (services.settings.inngest_signing_key, services.settings.inngest_signing_key_fallback)
    sdk = mounted.view(origin)

    def register() -> Response:
        if origin is None and request.headers.get(HEADER):
            raise ServeOriginMissing
        return sdk()

    def answer() -> Response:
        with _final(PayloadTooLarge, SignatureMalformed):
            _read_body()
            signature = ",".join(request.headers.getlist(HEADER))
            if signature:
                require_fresh(signature, now=services.clock.now())
        if request.method == "PUT":
            return sync_answer(services, register, told=told, origin=origin)
        if request.method == "POST" and is_signed(signature, request.get_data(), *keys):
            let_in(services, signature)
        return sdk()

    return answer


def _unsigned(services: Services, mounted: _Mounted, told: Registration) -> Answer:
    """Calls of the dev server, which signs nothing: only neighbours are heard.

    Without a configured origin it is told to call back where it called.
    """
    configured = services.environment.serve_origin

    def answer() -> Response:
        if not _is_neighbour():
            raise Forbidden(
                "In development only this machine and its private network may call here, directly."
            )
        _read_body()
        origin = configured or f"{request.scheme}://{request.host}"
        sdk = mounted.view(origin)
        if request.method == "PUT":
            return sync_answer(services, sdk, told=told, origin=origin)
        if request.method == "POST":
            let_in(services, None)
        return sdk()

    return answer


def _is_neighbour() -> bool:
    names = {name.casefold() for name, _ in request.headers}
    forwarded = not names.isdisjoint(FORWARDED) or any(name.startswith("x-forwarded-") for name in names)
    return not forwarded and is_local_number(request.remote_addr or "")


def _read_body() -> None:
    """Have the body in memory, where the SDK will find it."""
    read_body(BODY_LIMIT, too_large=f"A call of Inngest has at most {BODY_LIMIT} bytes.")


@contextmanager
def _final(*errors: type[Exception]) -> Iterator[None]:
    """Tell the engine of `errors` that the same call would fail again: a step's schedule of retries is long.

    Not of a signature that is too old or another key's: the next try is signed anew, maybe with a key that
    has arrived meanwhile.
    """
    try:
        yield
    except errors:
        after_this_request(_say_no_retry)
        raise


def _say_no_retry(response: Response) -> Response:
    response.headers[NO_RETRY] = "true"
    return response
