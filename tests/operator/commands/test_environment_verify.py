"""`flask env verify` as a pipeline types it (design §3): the documented exit code for whatever answers."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import responses
from click.testing import Result

from app import create_app
from lib.composition import compose
from lib.verification.registered import Place
from lib.verification.verdict import Finding
from tests.inngest_api import inngest_api

ROOT = Path(__file__).parents[3]
URL = "https://everytick-git-feature-x.vercel.app"
ROUTE = f"{URL}/api/inngest"
PRODUCTION = "https://everytick.example.com"
SECRET = "bypass-0123456789abcdef"
HEX = "0123456789abcdef" * 4
KEY = f"signkey-prod-{HEX}"
APPS = "https://api.inngest.com/v2/apps/everytick"
SIGN_IN = "https://vercel.com/sso-api?url=https%3A%2F%2Fx&nonce=a-nonce"
HTML = {"Content-Type": "text/html; charset=utf-8"}


@pytest.fixture
def web() -> Iterator[responses.RequestsMock]:
    """Every request is answered here, and one that nobody expected fails."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as web:
        yield web


def verify(*arguments: str, **environ: str) -> Result:
    """On a runner that has nothing else: no stores, no word on what it is."""
    app = create_app(compose(environ))
    return app.test_cli_runner().invoke(args=["env", "verify", *arguments])


def told(result: Result, code: int) -> Any:
    assert result.exit_code == code, result.output
    return json.loads(result.stdout)


def answers(
    web: responses.RequestsMock,
    status: int = 401,
    *,
    url: str = ROUTE,
    env: str | None = None,
    head: str | None = None,
    headers: dict[str, str] | None = None,
) -> None:
    """What HEAD and GET of `url` are answered with; `head` is HEAD's own `x-inngest-env`."""
    for method, name in (("HEAD", head if head is not None else env), ("GET", env)):
        given = {**({} if name is None else {"x-inngest-env": name}), **(headers or {})}
        kind = given.pop("Content-Type", "application/json")
        web.add(method, url, status=status, headers=given, content_type=kind)


class TestExitCode:
    """The table of docs/inngest.md."""

    @pytest.mark.parametrize(
        ("status", "options", "code", "finding"),
        [
            pytest.param(401, {"env": "feature-x"}, 0, "allowed", id="preview fine"),
            pytest.param(503, {"env": "none"}, 0, "allowed", id="preview without keys"),
            pytest.param(401, {"env": "production"}, 3, "not_allowed", id="preview saying production"),
            pytest.param(401, {"env": "%70RODUCTION"}, 3, "not_allowed", id="preview meaning production"),
            pytest.param(
                200, {"env": "x", "head": "production"}, 3, "not_allowed", id="HEAD says production"
            ),
            pytest.param(401, {}, 3, "protected", id="401 without header"),
            pytest.param(200, {}, 3, "missing", id="header missing"),
            pytest.param(200, {"headers": HTML}, 3, "missing", id="a page"),
            pytest.param(200, {"env": ""}, 3, "malformed", id="header empty"),
            pytest.param(200, {"env": "pr\xe9vision"}, 3, "malformed", id="header not ASCII"),
            pytest.param(200, {"env": "x" * 256}, 3, "malformed", id="header too long"),
            pytest.param(401, {"env": "x", "head": "y"}, 3, "different", id="HEAD and GET differ"),
            pytest.param(401, {"headers": HTML}, 3, "protected", id="login page, 401"),
            pytest.param(403, {"headers": HTML}, 3, "protected", id="login page, 403"),
            pytest.param(302, {"headers": {"Location": SIGN_IN}}, 3, "protected", id="redirect to a login"),
            pytest.param(
                308, {"headers": {"Location": "https://x.example/"}}, 3, "redirected", id="redirect"
            ),
            pytest.param(302, {}, 3, "redirected", id="redirect to nowhere"),
            pytest.param(404, {}, 3, "not_found", id="nothing there"),
            pytest.param(500, {}, 1, "server_error", id="500"),
            pytest.param(503, {}, 1, "server_error", id="503 of something else, or a refused app"),
            pytest.param(500, {"env": "feature-x"}, 1, "server_error", id="500 with the header"),
            pytest.param(500, {"env": "production"}, 3, "not_allowed", id="500 saying production"),
        ],
    )
    def test_of_a_preview(
        self, web: responses.RequestsMock, status: int, options: dict[str, Any], code: int, finding: str
    ) -> None:
        answers(web, status, **options)
        found = told(verify(URL, "--json"), code)
        assert [one["finding"] for one in found["deployments"]] == [finding]
        assert (found["ok"], found["deployments"][0]["exitCode"]) == (code == 0, code)
        assert [call.request.url for call in web.calls] == [ROUTE, ROUTE]

    @pytest.mark.parametrize(
        ("env", "code"),
        [("production", 0), ("Production", 3), ("production ", 0), ("feature-x", 3), ("none", 3), ("dev", 3)],
    )
    def test_of_production(self, web: responses.RequestsMock, env: str, code: int) -> None:
        """Exactly `production`; a header's outer white space is no part of it."""
        answers(web, env=env.strip(), url=f"{PRODUCTION}/api/inngest")
        assert verify(PRODUCTION, "--expect", "production").exit_code == code

    @pytest.mark.parametrize(("first", "second", "code"), [(401, 500, 1), (500, 404, 3), (404, 500, 3)])
    def test_the_worst_of_several(
        self, web: responses.RequestsMock, first: int, second: int, code: int
    ) -> None:
        """What is wrong for sure counts for more than what could not be seen."""
        for host, status in (("a.example", first), ("b.example", second)):
            answers(web, status, url=f"https://{host}/api/inngest", env="x" if status == 401 else None)
        assert verify("a.example", "b.example").exit_code == code

    @pytest.mark.parametrize("hang", ["hangs", "closed"])
    def test_a_time_out(self, monkeypatch: pytest.MonkeyPatch, hang: str) -> None:
        """By a real server that takes the request and says nothing, and where nobody listens."""
        monkeypatch.setattr("lib.verification.look.REQUEST_MS", 300)
        with inngest_api() as api:
            api.hangs = True
            url = api.url if hang == "hangs" else "http://127.0.0.1:1"
            found = told(verify(url, "--json"), 1)
        assert found["deployments"][0]["finding"] == "no_answer"

    @pytest.mark.parametrize(
        "url", ["ftp://x.example", "https://u:p@x.example", "https://x.example?secret=1", "https://", "x y"]
    )
    def test_no_address(self, url: str) -> None:
        result = verify(url)
        assert result.exit_code == 2
        assert "secret=1" not in result.output


class TestRunner:
    """A pipeline's machine: nothing of the app is set there."""

    def test_where_the_guard_refuses_the_app(self, web: responses.RequestsMock) -> None:
        """The bypass secret alone makes the machine one of Vercel's without VERCEL_ENV."""
        answers(web, env="feature-x")
        assert verify(URL, VERCEL_AUTOMATION_BYPASS_SECRET=SECRET).exit_code == 0
        app = create_app(compose({"VERCEL_AUTOMATION_BYPASS_SECRET": SECRET}))
        assert app.test_cli_runner().invoke(args=["env", "check"]).exit_code == 3

    def test_settings_that_cannot_be_read(self) -> None:
        result = verify(URL, VERCEL_AUTOMATION_BYPASS_SECRET="two words")
        assert result.exit_code == 2
        assert "VERCEL_AUTOMATION_BYPASS_SECRET" in result.stderr
        assert "two words" not in result.output

    def test_as_a_process(self) -> None:
        with inngest_api() as api:
            done = subprocess.run(
                [sys.executable, "-m", "flask", "env", "verify", api.url],
                cwd=ROOT,
                env={"PATH": os.environ["PATH"], "VERCEL_AUTOMATION_BYPASS_SECRET": SECRET},
                capture_output=True,
                text=True,
                check=False,
                timeout=60,
            )
            methods = [(request.method, request.path) for request in api.received]
        assert (done.returncode, done.stderr) == (3, "")
        assert methods == [("HEAD", "/api/inngest"), ("GET", "/api/inngest")]
        assert "missing" in done.stdout
        assert SECRET not in done.stdout


class TestSecret:
    """It goes to the address itself, where nobody reads it on its way, and to nobody else."""

    def sent(self, web: responses.RequestsMock) -> list[tuple[str, str | None]]:
        header = "x-vercel-protection-bypass"
        return [(str(call.request.url), call.request.headers.get(header)) for call in web.calls]

    @pytest.mark.parametrize(
        ("url", "shown"),
        [
            (URL, True),
            ("http://127.0.0.1:8000", True),
            ("http://localhost:8000", True),
            ("http://everytick.example.com", False),
            ("http://10.0.0.7", False),
        ],
    )
    def test_only_where_nobody_listens(self, web: responses.RequestsMock, url: str, shown: bool) -> None:  # noqa: FBT001 - a row of the table
        answers(web, url=f"{url}/api/inngest", env="feature-x")
        assert verify(url, VERCEL_AUTOMATION_BYPASS_SECRET=f" {SECRET}\n").exit_code == 0
        assert self.sent(web) == [(f"{url}/api/inngest", SECRET if shown else None)] * 2

    def test_not_across_a_redirect(self, web: responses.RequestsMock) -> None:
        answers(web, 307, headers={"Location": "https://elsewhere.example/api/inngest"})
        answers(web, url="https://elsewhere.example/api/inngest", env="feature-x")
        assert verify(URL, VERCEL_AUTOMATION_BYPASS_SECRET=SECRET).exit_code == 3
        assert {url for url, _ in self.sent(web)} == {ROUTE}

    def test_nor_to_inngest(self, web: responses.RequestsMock) -> None:
        answers(web, env="feature-x")
        web.add("GET", APPS, json={})
        verify(URL, VERCEL_AUTOMATION_BYPASS_SECRET=SECRET, INNGEST_SIGNING_KEY=KEY)
        assert self.sent(web)[-1] == (APPS, None)

    def test_whether_it_was_taken_is_said(self, web: responses.RequestsMock) -> None:
        answers(web, 302, headers={"Location": SIGN_IN})
        without, given = verify(URL), verify(URL, VERCEL_AUTOMATION_BYPASS_SECRET=SECRET)
        assert "Set VERCEL_AUTOMATION_BYPASS_SECRET" in without.stdout
        assert "did not take VERCEL_AUTOMATION_BYPASS_SECRET" in given.stdout
        assert [part for part in (SECRET, "a-nonce") if part in given.output + without.output] == []


class TestRegistered:
    """Where Inngest calls the app: `GET /v2/apps/{id}`, `data.latestSync.url` (docs/inngest.md)."""

    def place(
        self,
        web: responses.RequestsMock,
        url: str | None,
        code: int,
        *,
        expect: str = "production",
        key: str = KEY,
    ) -> str:
        checked = PRODUCTION if expect == "production" else URL
        answers(web, url=f"{checked}/api/inngest", env=expect)
        web.add("GET", APPS, json={"data": {"id": "everytick", "latestSync": {"url": url}}})
        found = told(verify(checked, "--expect", expect, "--json", INNGEST_SIGNING_KEY=key), code)
        assert found["registered"]["url"] == url
        return str(found["registered"]["place"])

    def test_as_it_should_be(self, web: responses.RequestsMock) -> None:
        assert self.place(web, f"{PRODUCTION}/api/inngest", 0) == "expected"
        asked = web.calls[-1].request
        assert asked.headers["Authorization"] == f"Bearer {hashlib.sha256(bytes.fromhex(HEX)).hexdigest()}"

    @pytest.mark.parametrize(
        "host",
        [
            "everytick-git-feature-x.vercel.app",
            "everytick-git-feature-x-a-team.vercel.app",
            "everytick-abc123def-a-team.vercel.app",
            "everytick-abc123def.vercel.app",
        ],
    )
    def test_production_at_a_preview(self, web: responses.RequestsMock, host: str) -> None:
        assert self.place(web, f"https://{host}/api/inngest", 3) == "at_a_preview"

    def test_production_at_the_preview_that_is_checked(self, web: responses.RequestsMock) -> None:
        assert self.place(web, f"{URL}/api/inngest", 3, expect="preview") == "at_a_preview"

    def test_a_preview_at_its_own_address(self, web: responses.RequestsMock) -> None:
        """By a branch's key: that is where it belongs."""
        key = f"signkey-branch-{HEX}"
        assert self.place(web, f"{URL}/api/inngest", 0, expect="preview", key=key) == "expected"

    @pytest.mark.parametrize("host", ["tick.example.org", "everytick.vercel.app", "my-everytick.vercel.app"])
    def test_elsewhere_is_said_and_fails_nothing(self, web: responses.RequestsMock, host: str) -> None:
        assert self.place(web, f"https://{host}/api/inngest", 0) == "elsewhere"

    @pytest.mark.parametrize(
        ("status", "body", "word"),
        [
            (401, {}, "did not take INNGEST_SIGNING_KEY"),
            (404, {}, "knows no app"),
            (501, {}, "does not offer"),
            (500, {}, "answered 500"),
            (302, {}, "answered 302"),
            (200, {"data": {"latestSync": None}}, "does not say"),
            (200, {"data": {"latestSync": {"url": 7}}}, "does not say"),
            (200, [], "does not say"),
        ],
    )
    def test_cannot_know(self, web: responses.RequestsMock, status: int, body: object, word: str) -> None:
        answers(web, env="feature-x")
        web.add("GET", APPS, status=status, json=body)
        result = verify(URL, INNGEST_SIGNING_KEY=KEY)
        assert result.exit_code == 0
        assert "Registered with Inngest: cannot know." in result.stdout
        assert word in result.stdout

    def test_the_key_leaves_in_clear_for_nobody(self, web: responses.RequestsMock) -> None:
        answers(web, env="feature-x")
        result = verify(URL, INNGEST_SIGNING_KEY=KEY, INNGEST_API_BASE_URL="http://api.example.com")
        assert "neither https nor this machine's" in result.stdout
        assert len(web.calls) == 2

    def test_in_the_branchs_environment(self, web: responses.RequestsMock) -> None:
        answers(web, env="feature-x")
        web.add("GET", APPS, json={})
        verify(URL, INNGEST_SIGNING_KEY=f"signkey-branch-{HEX}", INNGEST_ENV="feature-x")
        assert web.calls[-1].request.headers["X-Inngest-Env"] == "feature-x"

    def test_not_asked_without_a_key(self, web: responses.RequestsMock) -> None:
        answers(web, env="feature-x")
        assert told(verify(URL, "--json"), 0)["registered"]["place"] == "not_asked"

    def test_not_by_a_server_that_says_nothing(
        self, web: responses.RequestsMock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("lib.verification.look.REQUEST_MS", 500)
        answers(web, env="feature-x")
        with inngest_api() as api:
            api.hangs = True
            web.add_passthru(api.url)
            result = verify(URL, INNGEST_SIGNING_KEY=KEY, INNGEST_API_BASE_URL=api.url)
        assert (result.exit_code, "no whole answer in time" in result.stdout) == (0, True)


class TestPath:
    @pytest.mark.parametrize(
        ("typed", "url"),
        [
            ("everytick.example", "https://everytick.example/api/inngest"),
            ("https://everytick.example/", "https://everytick.example/api/inngest"),
            ("https://everytick.example/hooks/inngest/", "https://everytick.example/hooks/inngest"),
            ("HTTPS://Everytick.Example:8443", "https://everytick.example:8443/api/inngest"),
        ],
    )
    def test_of_the_route(self, web: responses.RequestsMock, typed: str, url: str) -> None:
        answers(web, url=url, env="x")
        assert verify(typed).exit_code == 0

    def test_of_a_route_of_ones_own(self, web: responses.RequestsMock) -> None:
        answers(web, url=f"{URL}/x", env="x")
        assert verify(URL, INNGEST_SERVE_PATH="/x").exit_code == 0


class TestForPeople:
    def test_a_row_each(self, web: responses.RequestsMock) -> None:
        answers(web, env="feature-x")
        shown = verify(URL).stdout
        assert [word for word in (ROUTE, "allowed", "feature-x") if word not in shown] == []


class TestDocuments:
    @pytest.mark.parametrize("word", [*Finding, *Place])
    def test_every_finding_and_place_is_explained(self, word: str) -> None:
        assert f"`{word}`" in (ROOT / "docs" / "inngest.md").read_text()
