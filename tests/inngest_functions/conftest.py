import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
import inngest
import pytest
from flask import Flask

from app import create_app
from lib.composition import compose
from lib.services import Services
from tests.conftest import Database, FakeClock
from tests.environment.cases import PLACES, SECRETS
from tests.inngest_functions.signing import Caller

OTHER = "fedcba9876543210" * 4
KEYS = {
    "production": (SECRETS["prod"], f"signkey-prod-{OTHER}"),
    "preview": (SECRETS["branch"], f"signkey-branch-{OTHER}"),
}
"""Of each kind, the signing key and its fallback."""


@dataclass
class Deployment:
    """An app as one kind of deployment, with a function that counts its calls."""

    app: Flask
    caller: Caller
    services: Services
    runs: list[str] = field(default_factory=list)
    """The ids of the runs that reached the function."""


def probing(runs: list[str]) -> Callable[[inngest.Inngest, Services], list[inngest.Function[Any]]]:
    """Define one function, `probe`, that notes each call in `runs`."""

    def define(client: inngest.Inngest, services: Services) -> list[inngest.Function[Any]]:
        del services

        @client.create_function(fn_id="probe", trigger=inngest.TriggerEvent(event="test/probe"), retries=2)
        def probe(ctx: inngest.ContextSync) -> str:
            runs.append(ctx.run_id)
            return "ran"

        return [probe]

    return define


@pytest.fixture
def deployed(
    environ: dict[str, str], database: Database, clock: FakeClock
) -> Iterator[Callable[..., Deployment]]:
    """Deploy the app as `kind` on Vercel with good keys and changes to its environment (None: unset)."""
    made: list[Services] = []

    def deploy(kind: str = "production", **changes: str | None) -> Deployment:
        if kind == "production":
            database.run("UPDATE environment_stamp SET kind = 'production'")
        place = {} if kind == "development" else PLACES[f"vercel {kind}"]
        keys = (
            {}
            if kind == "development"
            else {"INNGEST_SIGNING_KEY": KEYS[kind][0], "INNGEST_EVENT_KEY": SECRETS["event"]}
        )
        branch = {"VERCEL_GIT_COMMIT_REF": "feature-x"} if kind == "preview" else {}
        held = {**environ, **place, **branch, **keys, **changes}
        given = {name: value for name, value in held.items() if value is not None}
        composition = compose(given, clock=clock, chance=random.Random(7))
        assert composition.services is not None, composition.decision.problems
        made.append(composition.services)
        runs: list[str] = []
        app = create_app(replace(composition), functions=probing(runs))
        caller = Caller(app.test_client(), KEYS.get(kind, ("", ""))[0], clock)
        return Deployment(app=app, caller=caller, services=composition.services, runs=runs)

    yield deploy
    for services in made:
        services.store.close()


@dataclass
class Outbound:
    """What the SDK sends over the network, kept here instead."""

    requests: list[httpx.Request] = field(default_factory=list)
    answer: httpx.Response = field(default_factory=lambda: httpx.Response(200, json={"ok": True}))


@pytest.fixture
def outbound(monkeypatch: pytest.MonkeyPatch) -> Outbound:
    """Nothing leaves: each request is noted and gets `answer`."""
    outbound = Outbound()

    def keep(_transport: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
        request.read()
        outbound.requests.append(request)
        return outbound.answer

    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", keep)
    return outbound
