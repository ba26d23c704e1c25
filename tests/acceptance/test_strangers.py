"""Nobody but Inngest gets in: production and preview, each called by strangers and by Inngest (design §9).

The app as it is deployed, with its own functions, on real stores; Inngest's API is one on loopback.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import create_app
from lib.composition import Composition
from tests.conftest import Database
from tests.environment.cases import PLACES, SECRETS
from tests.inngest_api import InngestApi, inngest_api
from tests.inngest_functions.signing import Caller, canonical, first_request, signature

FUNCTION = "process-background-jobs"
RUN = f"fnId=everytick-{FUNCTION}&stepId=step"
HOUR = 3_600
STRANGER = "signkey-prod-" + "ab" * 32
ELSEWHERE = "elsewhere.example.net"
HEADERS = {"production": "production", "preview": "feature-x"}
ORIGINS = {
    "production": "https://everytick.example.com",
    "preview": "https://everytick-git-main.vercel.app",
}


@dataclass
class Deployed:
    """The app as one kind of deployment."""

    kind: str
    client: FlaskClient
    caller: Caller
    now: int
    """The app's clock, in Unix seconds."""

    @property
    def header(self) -> str:
        return HEADERS[self.kind]


@pytest.fixture
def api() -> Iterator[InngestApi]:
    with inngest_api() as api:
        yield api


@pytest.fixture
def deploy(
    composed: Callable[..., Composition], database: Database, api: InngestApi
) -> Callable[..., Deployed]:
    """Deploy as `kind`, with keys or without, and one job due that any run would do."""

    def deployed(kind: str, *, keys: bool = True) -> Deployed:
        database.run("UPDATE environment_stamp SET kind = %s", kind)
        database.run("INSERT INTO jobs (kind, status) VALUES ('system.noop', 'pending')")
        key = SECRETS["prod" if kind == "production" else "branch"]
        place = {**PLACES[f"vercel {kind}"], "VERCEL_GIT_COMMIT_REF": "feature-x"}
        own = {"INNGEST_SELF_HOSTED": "true", "INNGEST_BASE_URL": api.url}
        given = {
            **place,
            **({"INNGEST_SIGNING_KEY": key, "INNGEST_EVENT_KEY": SECRETS["event"]} if keys else {}),
            **(own if kind == "production" else {"INNGEST_API_BASE_URL": api.url}),
        }
        composition = composed(**given)
        assert composition.services is not None, composition.decision.problems
        client = create_app(composition).test_client()
        clock = composition.services.clock
        caller = Caller(client, key, clock)  # type: ignore[arg-type]  # it only asks what time it is
        return Deployed(kind=kind, client=client, caller=caller, now=int(clock.now().timestamp()))

    return deployed


@pytest.fixture(params=["production", "preview"])
def app(request: pytest.FixtureRequest, deploy: Callable[..., Deployed]) -> Deployed:
    return deploy(request.param)


def answered(answer: TestResponse) -> tuple[int, str | None]:
    return answer.status_code, answer.headers.get("x-inngest-env")


class TestRefused:
    """With the documented status, and nothing changed or sent."""

    @pytest.fixture(autouse=True)
    def nothing_happened(self, database: Database, api: InngestApi) -> Iterator[None]:
        yield
        assert database.rows("SELECT status, attempt FROM jobs") == [("pending", 0)]
        assert database.rows("SELECT * FROM runs") == []
        assert api.received == []

    @pytest.mark.parametrize("in_band", [True, False])
    def test_an_unsigned_put(self, app: Deployed, *, in_band: bool) -> None:
        headers = {"Host": ELSEWHERE, **({"x-inngest-sync-kind": "in_band"} if in_band else {})}
        answer = app.caller.bare("PUT", b'{"url":"https://elsewhere.example.net/"}', headers=headers)
        assert answered(answer) == (401, app.header)

    def test_a_replayed_post_from_an_hour_ago(self, app: Deployed) -> None:
        assert answered(app.caller.run(FUNCTION, shift=-HOUR)) == (401, app.header)

    def test_a_post_with_a_wrong_key(self, app: Deployed) -> None:
        assert answered(app.caller.run(FUNCTION, key=STRANGER)) == (401, app.header)

    def test_an_unsigned_post(self, app: Deployed) -> None:
        answer = app.caller.bare("POST", canonical(first_request(FUNCTION)), query=RUN)
        assert answered(answer) == (401, app.header)

    def test_a_call_for_another_body(self, app: Deployed) -> None:
        good = signature(app.caller.key, canonical(first_request("other")), app.now)
        answer = app.caller.bare(
            "POST", canonical(first_request(FUNCTION)), query=RUN, headers={"x-inngest-signature": good}
        )
        assert answered(answer) == (401, app.header)

    @pytest.mark.parametrize("kind", ["production", "preview"])
    @pytest.mark.parametrize("signed", [True, False])
    def test_a_post_where_no_key_is_set(
        self, deploy: Callable[..., Deployed], kind: str, *, signed: bool
    ) -> None:
        app = deploy(kind, keys=False)
        body = canonical(first_request(FUNCTION))
        answer = app.caller.run(FUNCTION) if signed else app.caller.bare("POST", body, query=RUN)
        assert answered(answer) == (503, app.header)
        assert answer.get_json()["code"] == "inngest_off"


class TestServed:
    def test_a_signed_put_with_a_forged_host_registers_the_configured_origin(
        self, app: Deployed, api: InngestApi
    ) -> None:
        forged = {"Host": ELSEWHERE, "X-Forwarded-Host": ELSEWHERE, "Forwarded": f"host={ELSEWHERE}"}
        answer = app.caller.call("PUT", {"url": f"https://{ELSEWHERE}/"}, headers=forged)
        assert answered(answer) == (200, app.header)
        (request,) = api.received
        told = json.loads(request.body)
        assert (request.path, told["url"]) == ("/fn/register", f"{ORIGINS[app.kind]}/api/inngest")
        assert ELSEWHERE not in request.body.decode()

    def test_a_signed_call(self, app: Deployed, database: Database) -> None:
        assert answered(app.caller.run(FUNCTION)) == (206, app.header)
        assert database.rows("SELECT status, attempt FROM jobs") == [("succeeded", 1)]
