"""`/api/inngest` without the SDK: `x-inngest-env` on every answer (design §9, failure D9)."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from flask import Flask

from app import create_app
from inngest_functions.route import HEADER
from lib.composition import compose
from tests.environment import cases
from tests.environment.oracle import Case

PROJECT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def preview() -> Flask:
    return create_app(compose(cases.environ(Case(place="vercel preview", key="none"))))


class TestRoute:
    @pytest.mark.parametrize("path", ["/api/inngest", "/api/inngest/"])
    @pytest.mark.parametrize(
        ("method", "status"),
        [("HEAD", 200), ("GET", 503), ("PUT", 503), ("POST", 503), ("DELETE", 405), ("OPTIONS", 405)],
    )
    def test_every_answer_names_the_environment(
        self, preview: Flask, path: str, method: str, status: int
    ) -> None:
        """Whatever the method and status: a missing header counts as a failed check."""
        answer = preview.test_client().open(path, method=method)
        assert (answer.status_code, answer.headers.getlist(HEADER)) == (status, ["main"])

    def test_it_says_that_inngest_is_off(self, preview: Flask) -> None:
        answer = preview.test_client().post("/api/inngest", json={"ctx": {}})
        assert answer.content_type == "application/problem+json"
        assert answer.get_json()["code"] == "inngest_off"

    def test_an_unforeseen_error_has_the_header_too(self) -> None:
        app = create_app(compose({}))

        @app.before_request
        def fail() -> None:
            raise RuntimeError

        answer = app.test_client().get("/api/inngest")
        assert (answer.status_code, answer.headers[HEADER]) == (500, "dev")

    def test_other_routes_do_not_have_it(self, preview: Flask) -> None:
        assert HEADER not in preview.test_client().get("/api/health").headers


IMPORT = """
import sys, warnings
from _pytest.config import parse_warning_filter
warnings.simplefilter("error")
for line in sys.argv[1:]:
    warnings.filterwarnings(*parse_warning_filter(line, escape=False))
import inngest.flask
"""


class TestWarnings:
    """The one exception to "warnings are errors": needed, and enough."""

    def _import(self, *exceptions: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", IMPORT, *exceptions],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def test_the_sdk_imports_with_exactly_one_exception(self) -> None:
        rules = tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"]["pytest"]["ini_options"]
        error, *exceptions = rules["filterwarnings"]
        assert (error, len(exceptions)) == ("error", 1)
        assert self._import(*exceptions).stderr == ""

    def test_without_it_the_import_fails(self) -> None:
        """When this goes well one day, the exception goes."""
        assert "PydanticDeprecatedSince20" in self._import().stderr
