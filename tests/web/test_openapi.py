"""docs/openapi.json has every route, and no route answers what it does not have.

Schemathesis makes requests from the description, good ones and bad ones, and holds each answer of the real
app on real stores against it.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode

from app import create_app
from lib.composition import Composition
from tests.conftest import Database, FakeClock
from tests.environment.cases import PLACES, SECRETS
from tests.web.callers import Wsgi, known
from tests.web.described import CHECKS, DESCRIBED, OPERATIONS, described, operation, takes_something
from tests.web.signing_in import OPERATOR_TOKEN

EXAMPLES: Final = 10
"""Requests for each operation, caller and mode."""
RIGHT, WRONG = GenerationMode.POSITIVE, GenerationMode.NEGATIVE
REQUESTS: Final = [
    pytest.param(path, method, mode, id=f"{mode.value} {method} {path}")
    for path, method in OPERATIONS
    for mode in (RIGHT, WRONG)
    if mode is RIGHT or takes_something(path, method)
]
LETS_IN: Final = {
    "/api/health": 200,
    "/api/health/ready": 200,
    "/api/cron/background-jobs": 200,
    "/api/inbound/email": 202,
    "/metrics": 200,
    "/sign-out": 303,
}
"""What callers with credentials get at least once, so that not only the door is tested."""

PART: Final = re.compile(r"<(?:\w+:)?(\w+)>")
"""A part of an address that names one thing among many."""
Build = Callable[..., Flask]


@pytest.fixture
def build(composed: Callable[..., Composition], database: Database, clock: FakeClock) -> Build:
    """Build an app on the test's stores and clock."""
    del database  # emptied by its fixture

    def at_clock(**changes: str) -> Flask:
        composition = composed(OPERATOR_TOKEN=OPERATOR_TOKEN, **changes)
        assert composition.services is not None, composition.decision.problems
        return create_app(replace(composition, services=replace(composition.services, clock=clock)))

    return at_clock


def hold(wsgi: Wsgi, path: str, method: str, mode: GenerationMode) -> set[int]:
    """Make requests from the description, hold each answer against it; the statuses that there were."""
    asked = operation(path, method, wsgi=wsgi)
    seen: set[int] = set()

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=asked.as_strategy(generation_mode=mode))
    def run(case: "Case[Any]") -> None:
        answer = case.call()
        assert answer.status_code != 500, answer.text
        case.validate_response(answer, checks=CHECKS)
        seen.add(answer.status_code)

    run()
    return seen


class TestEveryRoute:
    def test_is_described_with_its_methods_and_no_other_is(self, flask_app: Flask) -> None:
        routes: dict[str, set[str]] = {}
        for rule in flask_app.url_map.iter_rules():
            routes.setdefault(PART.sub(r"{\1}", rule.rule), set()).update(rule.methods or ())
        assert routes == {
            path: {method.upper() for method in item} | ({"HEAD"} if "get" in item else set())
            for path, item in DESCRIBED["paths"].items()
        }

    def test_has_a_name_of_its_own(self) -> None:
        names = [described(path, method)["operationId"] for path, method in OPERATIONS]
        assert len(set(names)) == len(OPERATIONS)

    def test_is_closed_but_for_these(self) -> None:
        """Whoever adds a route that anybody may call has to add it here."""
        assert [where for where in OPERATIONS if not described(*where)["security"]] == [
            ("/api/health", "get"),
            ("/api/health/ready", "get"),
            ("/api/inngest", "head"),
            ("/sign-in", "get"),
        ]


@pytest.mark.parametrize(("path", "method", "mode"), REQUESTS)
class TestEveryAnswer:
    def test_to_a_stranger(self, build: Build, path: str, method: str, mode: GenerationMode) -> None:
        hold(build().wsgi_app, path, method, mode)

    def test_to_who_has_every_secret(
        self, build: Build, database: Database, clock: FakeClock, path: str, method: str, mode: GenerationMode
    ) -> None:
        workspace: UUID = database.value("INSERT INTO workspaces (name) VALUES ('default') RETURNING id")
        seen = hold(known(build(), clock, str(workspace)), path, method, mode)
        if mode is RIGHT and path in LETS_IN:
            assert LETS_IN[path] in seen

    def test_without_a_database(
        self, build: Build, clock: FakeClock, path: str, method: str, mode: GenerationMode
    ) -> None:
        without = known(build(DATABASE_URL=""), clock, "6f1c9f6e-2a51-4c0e-9d7b-1f2e3d4c5b6a")
        hold(without, path, method, mode)


@pytest.mark.parametrize(
    ("path", "method", "mode"), [row for row in REQUESTS if row.values[0] == "/api/inngest"]
)
class TestInngest:
    def test_with_its_keys(self, build: Build, path: str, method: str, mode: GenerationMode) -> None:
        """The SDK is there, and nobody signs."""
        mounted = build(
            **PLACES["vercel preview"],
            VERCEL_GIT_COMMIT_REF="feature-x",
            INNGEST_SIGNING_KEY=SECRETS["branch"],
            INNGEST_EVENT_KEY=SECRETS["event"],
        )
        assert hold(mounted.wsgi_app, path, method, mode) == {200 if method == "head" else 401}
