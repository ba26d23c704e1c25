import pytest

from app import create_app
from inngest_functions.route import HEADER
from lib.composition import compose
from tests.environment import cases
from tests.environment.oracle import Case


class TestHeader:
    @pytest.mark.parametrize(
        ("case", "name"),
        [
            (Case(place="vercel production"), "production"),
            (Case(place="vercel preview", branch="main"), "main"),
            (Case(place="vercel preview", env="staging"), "staging"),
            (Case(place="own server, preview", branch="none"), "none"),
            (Case(place="vercel custom environment", key="test"), "none"),
            (Case(place="laptop"), "dev"),
            (Case(place="laptop", env="staging"), "staging"),
        ],
    )
    def test_the_resolved_name(self, case: Case, name: str) -> None:
        app = create_app(compose(cases.environ(case)))
        assert app.test_client().head("/api/inngest").headers[HEADER] == name


class TestPath:
    @pytest.mark.parametrize(
        ("said", "path"), [("/x", "/x"), ("/x/", "/x"), ("/x/y//", "/x/y"), ("/", "/"), ("//", "/")]
    )
    def test_without_a_slash_at_its_end(self, said: str, path: str) -> None:
        answer = create_app(compose({"INNGEST_SERVE_PATH": said})).test_client().head(path)
        assert (answer.status_code, answer.headers[HEADER]) == (200, "dev")
