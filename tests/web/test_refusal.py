"""A refused deployment answers 503 on every route and tells no value; a permitted one runs (design §9)."""

import itertools
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from app import create_app
from lib.composition import compose
from tests.environment import cases, oracle
from tests.environment.oracle import Case, verdict

REFUSED = {
    "vercel, nothing known": Case(place="vercel without VERCEL_ENV"),
    "lambda": Case(place="lambda without anything"),
    "unknown VERCEL_ENV": Case(place="vercel with an unknown VERCEL_ENV"),
    "target contradicts": Case(place="vercel preview whose target says production"),
    "DEPLOYMENT contradicts": Case(place="vercel preview whose DEPLOYMENT says production"),
    "misspelt": Case(place="own server, misspelt"),
    "a host that has to say": Case(place="kubernetes, silent"),
    "production, another env": Case(place="vercel production", env="staging"),
    "production, branch key": Case(place="vercel production", key="branch"),
    "production, test key as fallback": Case(place="own server, production", fallback="test"),
    "production, dev server": Case(place="vercel production", key="prod", dev="loopback"),
    "production, base URL": Case(place="vercel production", key="prod", base="elsewhere"),
    "production, no database": Case(place="vercel production", database="unset"),
    "production, embedded database": Case(place="own server, production", database="embedded"),
    "production, no cron secret": Case(place="vercel production", cron="unset"),
    "production, short cron secret": Case(place="vercel production", cron="short"),
    "preview, production env": Case(place="vercel preview", key="branch", env="percent-encoded twice"),
    "preview, branch production": Case(place="vercel preview", key="branch", branch="Production"),
    "preview, accented branch": Case(place="vercel preview", key="branch", branch="accented"),
    "preview, production key": Case(place="vercel preview", key="prod"),
    "preview, production fallback": Case(place="vercel preview", key="branch", fallback="prod"),
    "preview, production's event key": Case(place="vercel preview", fingerprints="the event key's"),
    "preview, production's database": Case(place="vercel preview", fingerprints="the database's"),
    "preview, production's Redis": Case(place="own server, preview", fingerprints="Redis's", redis="set"),
    "development, production's event key": Case(place="laptop", fingerprints="the event key's"),
    "preview, production's origin": Case(place="vercel preview", key="branch", serve="production's"),
    "preview, dev server": Case(place="own server, preview", dev="one"),
    "preview, self-hosted": Case(
        place="own server, preview", key="prod", base="elsewhere", self_hosted="yes"
    ),
    "development, production env": Case(place="laptop", env="padded and capital"),
    "development, production key": Case(place="laptop", key="prod"),
    "development, public dev server": Case(place="laptop", dev="public"),
    "self-hosted halfway": Case(place="laptop", self_hosted="yes"),
    "a setting that cannot be read": Case(place="vercel production", key="prod", settings="unparsable"),
    "budgets that do not nest": Case(place="laptop", settings="not nesting"),
}


@pytest.fixture(scope="module")
def every_address() -> list[tuple[str, str]]:
    """Each method and address of a normal app, with and without a trailing slash, and what it has not."""
    known = [
        (method, _filled(rule))
        for rule in create_app(compose({})).url_map.iter_rules()
        for method in rule.methods or ()
    ]
    slashed = [(method, f"{path}/") for method, path in known if not path.endswith("/")]
    unknown = [("GET", "/"), ("POST", "/no/such/route"), ("DELETE", "/api/health"), ("TRACE", "/api/inngest")]
    assert ("GET", "/api/health") in known
    return [*known, *slashed, *unknown]


def _filled(rule: Rule) -> str:
    """`rule` with something for each of its parts."""
    return re.sub(r"<[^>]+>", "1", rule.rule)


def app_of(case: Case) -> Flask:
    return create_app(compose(cases.environ(case)))


class TestRefused:
    def test_the_table_has_every_refusing_code(self) -> None:
        """No code is left without a deployment that shows it."""
        shown = {code for case in REFUSED.values() for code in verdict(case).codes}
        rows = (*oracle.PRODUCTION, *oracle.PREVIEW, *oracle.DEVELOPMENT)
        assert {code for code, _ in rows} | {
            against for _, against in oracle.PLACES.values() if against
        } <= shown

    @pytest.mark.parametrize("name", REFUSED)
    def test_every_route_answers_503_without_a_value(
        self, name: str, every_address: list[tuple[str, str]], capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Health included; /api/inngest without x-inngest-env; no secret in body, headers or log (D9)."""
        case = REFUSED[name]
        client = app_of(case).test_client()
        told = ""
        for method, path in every_address:
            answer = client.open(path, method=method)
            assert (method, path, answer.status_code) == (method, path, 503)
            assert "x-inngest-env" not in answer.headers
            told += f"{answer.headers}{answer.get_data(as_text=True)}"
        log = capsys.readouterr().err
        assert [secret for secret in cases.SECRETS.values() if secret in told + log] == []
        assert "app.refused" in log

    @pytest.mark.parametrize("name", REFUSED)
    def test_the_answer_names_every_code_and_cure(self, name: str) -> None:
        case = REFUSED[name]
        body = app_of(case).test_client().get("/api/health").get_json()
        limits = {code for code, _ in oracle.USABILITY}
        assert {problem["code"] for problem in body["problems"]} == verdict(case).codes - limits
        assert all(problem["cure"] in body["detail"] for problem in body["problems"])
        assert body["code"] in verdict(case).codes

    def test_it_says_when_to_come_back(self) -> None:
        answer = app_of(REFUSED["misspelt"]).test_client().get("/")
        assert (answer.content_type, answer.headers["Retry-After"]) == ("application/problem+json", "60")


class TestPermitted:
    @pytest.mark.parametrize("place", [place for place, (kind, _) in oracle.PLACES.items() if kind])
    def test_every_permitted_row_boots(self, place: str) -> None:
        """Place x env x key x fallback x flag: whatever the page permits answers its health."""
        booted = 0
        for env, key, fallback, branch, flag in itertools.product(
            oracle.ENVS, oracle.KEYS, ("none", "test"), ("none", "main"), ("off", "on")
        ):
            case = Case(place=place, env=env, key=key, fallback=fallback, branch=branch, flag=flag)
            if not verdict(case).refused:
                assert (case, self._health(app_of(case).test_client())) == (case, (200, {"ok": True}))
                booted += 1
        assert (booted > 0) == (oracle.PLACES[place][1] is None)

    @pytest.mark.parametrize("dev", [dev for dev in oracle.DEVS if dev not in oracle.DEVS_ELSEWHERE])
    def test_a_laptop_with_a_dev_server_boots(self, dev: str) -> None:
        assert self._health(app_of(Case(place="laptop", dev=dev, flag="on")).test_client())[0] == 200

    def test_self_hosted_with_fingerprints_boots(self) -> None:
        case = Case(
            place="own server, preview", key="prod", base="elsewhere", self_hosted="yes", fingerprints="set"
        )
        assert self._health(app_of(case).test_client())[0] == 200

    def _health(self, client: FlaskClient) -> tuple[int, object]:
        answer = client.get("/api/health")
        return answer.status_code, answer.get_json()
