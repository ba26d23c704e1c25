import pytest
from flask import Flask
from pydantic import SecretStr

from lib.errors import Unauthorized
from lib.web.bearer import bearer_token, require_secret

ONE, OTHER = SecretStr("one-secret"), SecretStr("other-secret")


@pytest.mark.parametrize(
    ("header", "token"),
    [
        ("Bearer abc", "abc"),
        ("bEARER  abc ", "abc"),
        ("Bearer", ""),
        ("Basic abc", None),
        ("", None),
    ],
)
def test_what_a_request_carries(header: str, token: str | None) -> None:
    with Flask("test").test_request_context(headers={"Authorization": header}):
        assert bearer_token() == token


class TestRequireSecret:
    @pytest.mark.parametrize("given", ["one-secret", "other-secret"])
    def test_any_that_is_set(self, given: str) -> None:
        require_secret(given, None, ONE, OTHER)

    @pytest.mark.parametrize("given", [None, "", "none", "one-secre", "one-secret ", "ün-secret"])
    def test_anything_else_is_refused(self, given: str | None) -> None:
        with pytest.raises(Unauthorized):
            require_secret(given, ONE, OTHER)

    @pytest.mark.parametrize("given", [None, "", "anything"])
    def test_what_is_not_set_is_closed(self, given: str | None) -> None:
        """Failure L17."""
        with pytest.raises(Unauthorized):
            require_secret(given, None)
