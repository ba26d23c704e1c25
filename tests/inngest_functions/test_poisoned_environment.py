"""The SDK sees only what we pass: what else the process's environment says changes nothing (design §9)."""

import json
import os
from collections.abc import Callable
from typing import Any

import httpx
import inngest
import pytest
from inngest._internal.const import EnvKey

from inngest_functions.client import build_client
from lib.settings import BRANCHES
from tests.inngest_functions.conftest import KEYS, Deployment, Outbound

Deploy = Callable[..., Deployment]
NAMES = ({key.value for key in EnvKey} | {*BRANCHES, "INNGEST_OF_A_LATER_VERSION"}) - {"INNGEST_DEV"}
"""Every variable that the SDK knows; INNGEST_DEV has values of its own."""
POISONS = {
    "nonsense": {**dict.fromkeys(NAMES, "nonsense\n"), "INNGEST_DEV": "nonsense"},
    "another server": {**dict.fromkeys(NAMES, "http://127.0.0.1:9/x"), "INNGEST_DEV": "http://127.0.0.1:9"},
    "numbers": {**dict.fromkeys(NAMES, "-1"), "INNGEST_DEV": "1"},
    "production": {
        **dict.fromkeys(NAMES, "production"),
        "INNGEST_DEV": "0",
        "INNGEST_ENABLE_UNAUTHED_SYNC": "true",
        "INNGEST_SIGNING_KEY": "signkey-prod-" + "ab" * 32,
        "INNGEST_SIGNING_KEY_FALLBACK": "signkey-prod-" + "ab" * 32,
        "INNGEST_SERVE_ORIGIN": "https://everytick.example.com",
        "INNGEST_SERVE_PATH": "/api/inngest-of-production",
        "INNGEST_STREAMING": "force",
    },
}
TOLD = ("authorization", "x-inngest-env", "x-inngest-expected-server-kind", "x-inngest-framework")


@pytest.fixture(params=sorted(POISONS))
def poison(request: pytest.FixtureRequest) -> dict[str, str]:
    return POISONS[request.param]


@pytest.fixture(params=["production", "preview"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def everything_it_does(held: Deployment, outbound: Outbound) -> dict[str, Any]:
    """What the SDK answers and what it sends: introspection, both registrations, a run, an event."""
    held.caller.clock.advance(1)  # each call is signed anew, as Inngest's are
    outbound.requests.clear()
    in_band = held.caller.call(
        "PUT", {"url": "https://elsewhere.example.net/"}, headers={"x-inngest-sync-kind": "in_band"}
    )
    answers = {
        "introspection": held.caller.call("GET"),
        "registration": held.caller.call("PUT"),
        "registration in the answer": in_band,
        "run": held.caller.run(),
        "run by the fallback key": held.caller.run(key=KEYS[str(held.services.environment.kind)][1]),
        "unsigned registration": held.caller.bare("PUT"),
        "unsigned call": held.caller.bare("POST", b"{}"),
    }
    client = build_client(held.services.settings, held.services.environment)
    outbound.answer = httpx.Response(200, json={"ids": ["1"], "status": 200})
    client.send_sync(inngest.Event(name="test/probe", id="event-1", ts=1))
    outbound.answer = httpx.Response(200, json={"ok": True})
    return {
        "answers": {n: (a.status_code, a.headers["x-inngest-env"], a.get_json()) for n, a in answers.items()},
        "sent": [
            (str(r.url), {name: r.headers.get(name) for name in TOLD}, json.loads(r.content))
            for r in outbound.requests
        ],
    }


def deployed_with_fallback(deployed: Deploy, kind: str) -> Deployment:
    return deployed(kind, INNGEST_SIGNING_KEY_FALLBACK=KEYS[kind][1])


class TestPoison:
    def test_after_the_start(
        self,
        deployed: Deploy,
        outbound: Outbound,
        poison: dict[str, str],
        kind: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        held = deployed_with_fallback(deployed, kind)
        before = everything_it_does(held, outbound)
        for name, value in poison.items():
            monkeypatch.setenv(name, value)
        assert everything_it_does(held, outbound) == before
        assert {name: os.environ.get(name) for name in poison} == poison

    def test_before_the_start(
        self,
        deployed: Deploy,
        outbound: Outbound,
        poison: dict[str, str],
        kind: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """A preview whose process says production, for instance."""
        before = everything_it_does(deployed_with_fallback(deployed, kind), outbound)
        for name, value in poison.items():
            monkeypatch.setenv(name, value)
        assert everything_it_does(deployed_with_fallback(deployed, kind), outbound) == before

    def test_without_a_fallback_key_there_is_none(
        self, deployed: Deploy, outbound: Outbound, kind: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("INNGEST_SIGNING_KEY_FALLBACK", KEYS[kind][1])
        held = deployed(kind)
        del outbound
        assert held.caller.run(key=KEYS[kind][1]).status_code == 401
        assert held.caller.call("GET").get_json()["has_signing_key_fallback"] is False

    def test_the_dev_servers_app(
        self, deployed: Deploy, outbound: Outbound, poison: dict[str, str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The one that registers where it was called, poisoned origin or not."""
        held = deployed("development", INNGEST_DEV="http://127.0.0.1:8288")
        for name, value in poison.items():
            monkeypatch.setenv(name, value)
        held.app.test_client().put("/api/inngest", headers={"Host": "127.0.0.1:8000"})
        (request,) = outbound.requests
        assert str(request.url) == "http://127.0.0.1:8288/fn/register"
        assert json.loads(request.content)["url"] == "http://127.0.0.1:8000/api/inngest"
        assert {name: request.headers.get(name) for name in ("authorization", "x-inngest-env")} == {
            "authorization": None,
            "x-inngest-env": None,
        }


class TestWhatItDoes:
    """The ground that the comparisons stand on."""

    def test_the_fallback_key_and_the_environment_are_ours(
        self, deployed: Deploy, outbound: Outbound
    ) -> None:
        done = everything_it_does(deployed_with_fallback(deployed, "preview"), outbound)
        status, env, shown = done["answers"]["introspection"]
        assert (status, env, shown["env"], shown["mode"]) == (200, "feature-x", "feature-x", "cloud")
        assert shown["has_signing_key_fallback"] is True
        assert shown["serve_origin"] == "https://everytick-git-main.vercel.app"
        assert [done["answers"][name][0] for name in done["answers"]] == [200, 200, 200, 200, 200, 401, 401]
        (registered, told, _), (sent, sending, _) = done["sent"]
        assert registered == "https://api.inngest.com/fn/register"
        assert (told["x-inngest-env"], sending["x-inngest-env"]) == ("feature-x", "feature-x")
        assert told["authorization"].startswith("Bearer ")
        assert sent.startswith("https://inn.gs/e/eventkey_")
