"""Every status that docs/openapi.json has is one that the app answers, with the body that it says."""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import create_app
from lib.clock import Deadline
from lib.composition import Composition, compose
from lib.services import Services
from lib.work import responsibilities
from lib.work.responsibilities import Outcome
from tests.conftest import CRON_SECRET, Database, FakeClock
from tests.environment.cases import PLACES, SECRETS
from tests.inngest_functions.signing import Caller
from tests.web.described import MAIL, OPERATIONS, described, require_described
from tests.web.signing_in import OPERATOR_TOKEN, Browser
from tests.web.test_inbound_email import Relay

CRON, INNGEST, INBOUND = "/api/cron/background-jobs", "/api/inngest", "/api/inbound/email"
BEARER: Final = {"Authorization": f"Bearer {CRON_SECRET}"}
PREVIEW: Final = {
    **PLACES["vercel preview"],
    "VERCEL_GIT_COMMIT_REF": "feature-x",
    "INNGEST_SIGNING_KEY": SECRETS["branch"],
    "INNGEST_EVENT_KEY": SECRETS["event"],
}
CONTROLS: Final = "/api/operator/controls/{name}"
RETRY, DISCARD = "/api/operator/jobs/{id}/retry", "/api/operator/jobs/{id}/discard"
OPERATOR: Final = {"Authorization": f"Bearer {OPERATOR_TOKEN}"}
SAID: Final = {"actor": "ada", "reason": "to see"}
FORM: Final = {"content_type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True)
class World:
    """What a status may need: apps, a browser, a relay, rows."""

    build: Callable[..., FlaskClient]
    database: Database
    clock: FakeClock

    @property
    def client(self) -> FlaskClient:
        return self.build()

    @property
    def mounted(self) -> Caller:
        """Inngest, calling an app with its keys."""
        return Caller(self.build(**PREVIEW), SECRETS["branch"], self.clock)

    @property
    def browser(self) -> Browser:
        return Browser(self.build())

    @property
    def relay(self) -> Relay:
        made: UUID = self.database.value("INSERT INTO workspaces (name) VALUES ('default') RETURNING id")
        return Relay(self.build(), str(made), self.clock)


@pytest.fixture
def world(composed: Callable[..., Composition], database: Database, clock: FakeClock) -> World:
    def build(**changes: str) -> FlaskClient:
        composition = composed(**{"OPERATOR_TOKEN": OPERATOR_TOKEN, **changes})
        assert composition.services is not None, composition.decision.problems
        services = replace(composition.services, clock=clock)
        return create_app(replace(composition, services=services)).test_client()

    return World(build=build, database=database, clock=clock)


def busy(world: World, method: str) -> TestResponse:
    """A tick while another works."""
    world.database.run(
        "INSERT INTO leases (name, holder, acquired_at, expires_at)"
        " VALUES ('inline', 'another', everytick_now(), everytick_now() + interval '1 minute')"
    )
    return world.client.open(CRON, method=method, headers=BEARER)


def failing(world: World, method: str) -> TestResponse:
    """A tick whose work fails."""

    def burst(_services: Services, _deadline: Deadline) -> Outcome:
        raise RuntimeError("out of cheese")

    broken = tuple(replace(one, work=burst) for one in responsibilities.RESPONSIBILITIES)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("lib.ticks.inline.RESPONSIBILITIES", broken)
        return world.client.open(CRON, method=method, headers=BEARER)


def forwarded(world: World, method: str) -> TestResponse:
    """A call to the dev server's app that came through a proxy."""
    client = world.build(INNGEST_DEV="http://127.0.0.1:8288")
    return client.open(INNGEST, method=method, headers={"X-Forwarded-For": "192.0.2.1"})


def sent_twice(caller: Caller) -> TestResponse:
    """A call and its copy, whatever became of the call."""
    caller.run()
    return caller.run()


def too_often(browser: Browser) -> TestResponse:
    """The attempt after the last that is allowed, whichever window it falls into."""
    answers = (browser.sign_in("wrong") for _ in range(21))
    return next(answer for answer in answers if answer.status_code != 401)


def signed_in(browser: Browser) -> Browser:
    browser.sign_in()
    return browser


def set_mode(client: FlaskClient, *, name: str = "dispatch.mode", **request: Any) -> TestResponse:
    """An operator's word on a control."""
    asked = {"headers": OPERATOR, "json": {"value": "inline", **SAID}, **request}
    return client.post(CONTROLS.format(name=name), **asked)


def of_job(world: World, path: str, status: str | None = "dead", **request: Any) -> TestResponse:
    """An operator's word on a job in `status`; None for one that there is not."""
    if status is not None:
        world.database.run(JOB, status)
    asked = {"headers": OPERATOR, "json": SAID, **request}
    return world.client.post(path.format(id=1), **asked)


JOB: Final = (
    "INSERT INTO jobs (kind, status, run_at, finished_at, last_error)"
    " VALUES ('system.noop', %s, everytick_now(), everytick_now(), 'out of cheese')"
)


STATUSES: Final[dict[tuple[str, str, int], Callable[[World], TestResponse]]] = {
    ("/api/health", "get", 200): lambda w: w.client.get("/api/health"),
    ("/api/health/ready", "get", 200): lambda w: w.client.get("/api/health/ready"),
    (CRON, "get", 200): lambda w: w.client.get(CRON, headers=BEARER),
    (CRON, "get", 202): lambda w: busy(w, "GET"),
    (CRON, "get", 401): lambda w: w.client.get(CRON),
    (CRON, "get", 500): lambda w: failing(w, "GET"),
    (CRON, "post", 200): lambda w: w.client.post(CRON, headers=BEARER),
    (CRON, "post", 202): lambda w: busy(w, "POST"),
    (CRON, "post", 401): lambda w: w.client.post(CRON),
    (CRON, "post", 500): lambda w: failing(w, "POST"),
    (INNGEST, "head", 200): lambda w: w.client.head(INNGEST),
    (INNGEST, "get", 200): lambda w: w.mounted.call("GET"),
    (INNGEST, "get", 401): lambda w: w.mounted.bare("GET"),
    (INNGEST, "put", 401): lambda w: w.mounted.bare("PUT"),
    (INNGEST, "post", 401): lambda w: w.mounted.bare("POST"),
    (INNGEST, "post", 409): lambda w: sent_twice(w.mounted),
    (INNGEST, "get", 403): lambda w: forwarded(w, "GET"),
    (INNGEST, "put", 403): lambda w: forwarded(w, "PUT"),
    (INNGEST, "post", 403): lambda w: forwarded(w, "POST"),
    (INBOUND, "post", 202): lambda w: w.relay.send(),
    (INBOUND, "post", 401): lambda w: w.relay.send(changes={"x-signature": "none"}),
    (INBOUND, "post", 404): lambda w: w.relay.send(changes={"x-workspace-id": str(uuid4())}),
    (INBOUND, "post", 415): lambda w: w.relay.send(changes={"content-type": "text/plain"}),
    (CONTROLS, "post", 200): lambda w: set_mode(w.client),
    (CONTROLS, "post", 401): lambda w: set_mode(w.client, headers={}),
    (CONTROLS, "post", 403): lambda w: set_mode(signed_in(w.browser).client, headers={}),
    (CONTROLS, "post", 404): lambda w: set_mode(w.client, name="dispatch.region"),
    (CONTROLS, "post", 415): lambda w: set_mode(w.client, json=None, data="value=inline"),
    (RETRY, "post", 200): lambda w: of_job(w, RETRY),
    (RETRY, "post", 401): lambda w: of_job(w, RETRY, headers={}),
    (RETRY, "post", 403): lambda w: signed_in(w.browser).client.post(RETRY.format(id=1), json=SAID),
    (RETRY, "post", 404): lambda w: of_job(w, RETRY, None),
    (RETRY, "post", 409): lambda w: of_job(w, RETRY, "succeeded"),
    (RETRY, "post", 415): lambda w: of_job(w, RETRY, json=None, data="reason=none"),
    (DISCARD, "post", 200): lambda w: of_job(w, DISCARD),
    (DISCARD, "post", 401): lambda w: of_job(w, DISCARD, headers={}),
    (DISCARD, "post", 403): lambda w: signed_in(w.browser).client.post(DISCARD.format(id=1), json=SAID),
    (DISCARD, "post", 404): lambda w: of_job(w, DISCARD, None),
    (DISCARD, "post", 409): lambda w: of_job(w, DISCARD, "succeeded"),
    (DISCARD, "post", 415): lambda w: of_job(w, DISCARD, json=None, data="reason=none"),
    ("/metrics", "get", 200): lambda w: w.client.get(
        "/metrics", headers={"Authorization": f"Bearer {OPERATOR_TOKEN}"}
    ),
    ("/metrics", "get", 401): lambda w: w.client.get("/metrics"),
    ("/sign-in", "get", 200): lambda w: w.client.get("/sign-in"),
    ("/sign-in", "get", 401): lambda w: w.build(OPERATOR_TOKEN="").get("/sign-in"),
    ("/sign-in", "post", 303): lambda w: w.browser.sign_in(),
    ("/sign-in", "post", 401): lambda w: w.browser.sign_in("wrong"),
    ("/sign-in", "post", 403): lambda w: w.client.post("/sign-in", **FORM),
    ("/sign-in", "post", 415): lambda w: w.client.post("/sign-in"),
    ("/sign-in", "post", 429): lambda w: too_often(w.browser),
    ("/sign-out", "post", 303): lambda w: signed_in(w.browser).sign_out(),
    ("/sign-out", "post", 401): lambda w: w.build(OPERATOR_TOKEN="").post("/sign-out", **FORM),
    ("/sign-out", "post", 403): lambda w: signed_in(w.browser).sign_out(csrf_token="another"),
    ("/sign-out", "post", 415): lambda w: w.client.post("/sign-out"),
}
"""One request for each operation and status that is its own."""
EVERYWHERE: Final = {400, 413, 503}
SDK_S: Final = {(INNGEST, "put"): {200, 500}, (INNGEST, "post"): {200, 206, 500}}
"""Where Inngest has to take part: tests/inngest_functions, tests/acceptance and tests/golden show them."""


class TestEveryStatus:
    @pytest.mark.parametrize(
        ("path", "method", "status"),
        [pytest.param(*row, id=f"{row[1]} {row[0]} {row[2]}") for row in STATUSES],
    )
    def test_is_answered_as_described(self, world: World, path: str, method: str, status: int) -> None:
        answer = STATUSES[path, method, status](world)
        assert answer.status_code == status
        require_described(path, method, answer)

    @pytest.mark.parametrize(("path", "method"), OPERATIONS)
    def test_has_a_request_here(self, path: str, method: str) -> None:
        """A status that nothing shows is one that nobody gets."""
        shown = {status for where, how, status in STATUSES if (where, how) == (path, method)}
        told = {int(status) for status in described(path, method)["responses"]}
        common = EVERYWHERE - {413} if method == "head" else EVERYWHERE
        assert shown | common | SDK_S.get((path, method), set()) == told

    @pytest.mark.parametrize(("path", "method"), OPERATIONS)
    def test_that_all_have_in_common(self, world: World, path: str, method: str) -> None:
        malformed = world.client.open(path, method=method, environ_overrides={"HTTP_HOST": "x" * 5_000})
        refused = create_app(
            compose(
                {**PLACES["vercel preview"], "INNGEST_SIGNING_KEY": SECRETS["prod"]}, chance=random.Random(7)
            )
        )
        answers = [malformed, refused.test_client().open(path, method=method)]
        assert [answer.status_code for answer in answers] == [400, 503]
        if method != "head":
            answers.append(too_large(world, path, method))
            assert answers[-1].status_code == 413
        for answer in answers:
            require_described(path, method, answer)


def too_large(world: World, path: str, method: str) -> TestResponse:
    """More than any route takes, from who may call."""
    body = MAIL + b"x" * (5 * 1024 * 1024)
    if path == INBOUND:
        return world.relay.send(body)
    if path == INNGEST:
        return world.mounted.bare(method.upper(), body)
    return world.client.open(path, method=method, data=body)
