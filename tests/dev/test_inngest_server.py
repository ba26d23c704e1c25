from collections.abc import Iterator

import pytest

from dev.inngest_server import InngestServer, dispatching, inline, inngest_server
from tests.inngest_api import InngestApi, inngest_api

FLAG = "BACKGROUND_JOBS_USE_INNGEST"


@pytest.fixture
def api() -> Iterator[InngestApi]:
    with inngest_api() as api:
        yield api


class TestWhichServer:
    @pytest.mark.parametrize(
        ("value", "url"),
        [
            ("1", "http://127.0.0.1:8288"),
            (" True\n", "http://127.0.0.1:8288"),
            ("localhost:9000", "http://localhost:9000"),
            ("http://10.0.0.5:8288/", "http://10.0.0.5:8288"),
        ],
    )
    def test_the_one_that_is_named(self, value: str, url: str) -> None:
        """The same that the app will use: with 1, the address at which the dev server listens."""
        assert inngest_server({"INNGEST_DEV": value}) == InngestServer(url)

    @pytest.mark.parametrize("value", ["", "  ", "0", "False", "no", "off"])
    def test_none(self, value: str) -> None:
        assert inngest_server({"INNGEST_DEV": value}) is None
        assert inngest_server({}) is None


class TestIsThere:
    def test_a_dev_server(self, api: InngestApi) -> None:
        assert InngestServer(api.url).is_there()
        assert [request.path for request in api.received] == ["/dev"]

    def test_nobody(self) -> None:
        assert not InngestServer("http://127.0.0.1:1").is_there()

    def test_no_address(self) -> None:
        assert not InngestServer("http://[::1").is_there()

    def test_another_program(self, api: InngestApi) -> None:
        api.body = b"<html>hello</html>"
        assert not InngestServer(api.url).is_there()
        api.says(404, {"error": "not found"})
        assert not InngestServer(api.url).is_there()

    def test_one_that_says_nothing(self, api: InngestApi, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("dev.inngest_server._REACH_SECONDS", 0.2)
        api.hangs = True
        assert not InngestServer(api.url).is_there()


class TestRegister:
    def test_it_is_the_app_that_is_asked(self, api: InngestApi) -> None:
        said = InngestServer("http://dev:8288").register(api.url, {"INNGEST_SERVE_PATH": " /x"})
        assert [(request.method, request.path) for request in api.received] == [("PUT", "/x")]
        assert "functions registered" in said
        assert "http://dev:8288/runs" in said

    @pytest.mark.parametrize(
        ("status", "body", "word"),
        [
            (200, {"error": "no such app"}, "no such app"),
            (504, {"detail": "not in time"}, "not in time"),
            (500, {"message": "Failed request"}, "Failed request"),
            (200, [], "did not say why"),
        ],
    )
    def test_what_went_wrong_is_said(self, api: InngestApi, status: int, body: object, word: str) -> None:
        """The status alone says nothing: the SDK answers 200 to a refusal too."""
        api.says(status, body)
        said = InngestServer("http://dev:8288").register(api.url, {})
        assert said.startswith("the functions could not be registered: ")
        assert word in said

    def test_an_app_that_is_gone(self) -> None:
        said = InngestServer("http://dev:8288").register("http://127.0.0.1:1", {})
        assert said.startswith("the functions could not be registered: ")


class TestFlag:
    def test_ticks_are_handed_over_unless_the_user_says_otherwise(self) -> None:
        assert dispatching({"A": "b"}) == {"A": "b", FLAG: "true"}
        assert dispatching({FLAG: " "})[FLAG] == "true"
        assert dispatching({FLAG: "false"})[FLAG] == "false"

    def test_the_first_tick_is_inline_whatever_the_user_says(self) -> None:
        assert inline({FLAG: "true"})[FLAG] == "false"
