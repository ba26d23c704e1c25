"""`flask inngest`: telling Inngest which functions there are and where."""

from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any, Final

import click
from flask import current_app
from flask.cli import AppGroup

from lib.inngest_signature import HEADER, sign_empty
from lib.operator.commands.frame import (
    Refused,
    dry_run_option,
    json_option,
    operator_command,
    print_json,
    services,
)
from lib.registration import EXTENSION, RegisteredFunction, Registration, ServeOriginMissing, SyncFailed
from lib.services import Services

inngest = AppGroup("inngest", help="Register the durable functions with Inngest.")

LOCAL_ORIGIN: Final = "http://127.0.0.1:8000"
"""Where bin/dev serves by default: what the dev server is told without INNGEST_SERVE_ORIGIN."""


@inngest.command("sync")
@dry_run_option
@json_option
@operator_command
def sync(*, dry_run: bool, as_json: bool) -> None:
    """Register the functions at this deployment's configured origin.

    Run it after each deploy that changes a function's retries, limits or triggers: until then Inngest goes
    by what it was told before. Exit 0 when Inngest took it, 1 when it did not or is away, 3 when Inngest
    cannot be used here.
    """
    held = services()
    found = _registration(held)
    origin = _origin(held, found)
    modified = None if dry_run else _registered(held, found, origin)
    if as_json:
        print_json({**_shape(found, origin), "dryRun": dry_run, "modified": modified})
    else:
        _tell(found, origin, dry_run=dry_run)


def _registration(held: Services) -> Registration:
    """What there is to register. Raises Refused with what keeps Inngest from being used here."""
    found: Registration | None = current_app.extensions.get(EXTENSION)
    if found is None:
        raise Refused(replace(held.environment, problems=held.environment.hindrances))
    return found


def _origin(held: Services, found: Registration) -> str:
    """Where Inngest will call. Raises ServeOriginMissing where nothing but the dev server could be told."""
    if held.environment.serve_origin is not None:
        return held.environment.serve_origin
    if found.signed:
        raise ServeOriginMissing
    return LOCAL_ORIGIN


def _registered(held: Services, found: Registration, origin: str) -> bool | None:
    """Have the app's own endpoint register it; whether Inngest changed anything, None when it doesn't say.

    Raises SyncFailed with what was said.
    """
    headers = {}
    key = held.settings.inngest_signing_key
    if found.signed and key is not None:
        headers[HEADER] = sign_empty(key.get_secret_value(), at=held.clock.now())
    answer = current_app.test_client().put(found.path, base_url=origin, headers=headers)
    body = answer.get_json(silent=True)
    said: dict[str, Any] = body if isinstance(body, dict) else {}
    if answer.status_code != HTTPStatus.OK:
        word = held.redactor.text(said.get("message") or said.get("detail") or f"status {answer.status_code}")
        raise SyncFailed(f"Inngest did not take the registration: {word}")
    modified = said.get("modified")
    return modified if isinstance(modified, bool) else None


def _shape(found: Registration, origin: str) -> dict[str, Any]:
    return {
        "url": origin + found.path,
        "env": found.env,
        "functions": [function.as_json() for function in found.functions],
    }


def _tell(found: Registration, origin: str, *, dry_run: bool) -> None:
    for function in found.functions:
        click.echo(_line(function))
    verb = "Would register" if dry_run else "Registered"
    click.echo(f"{verb} {len(found.functions)} functions at {origin}{found.path}, environment {found.env}.")


def _line(function: RegisteredFunction) -> str:
    parts = [
        f"retries {'default' if function.retries is None else function.retries}",
        *(f"concurrency {_words(limit)}" for limit in function.concurrency),
        *([f"idempotency {function.idempotency}"] if function.idempotency else []),
        *(f"timeout {name} {value}" for name, value in function.timeouts.items()),
    ]
    return f"{function.id} on {', '.join(function.triggers)}: {', '.join(parts)}"


def _words(limit: Mapping[str, Any]) -> str:
    return " ".join(f"{name} {value}" for name, value in limit.items())
