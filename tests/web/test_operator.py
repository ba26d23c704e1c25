"""Who passes as the operator (design §4)."""

from collections.abc import Callable

import pytest
from flask import Flask

from app import create_app
from lib.composition import Composition
from lib.web.operator import require_operator
from tests.web.signing_in import OPERATOR_TOKEN, Browser


@pytest.fixture
def app(composed: Callable[..., Composition]) -> Flask:
    """An app with a route of the operator's that changes something."""
    composition = composed(OPERATOR_TOKEN=OPERATOR_TOKEN)
    services = composition.services
    assert services is not None
    app = create_app(composition)

    @app.route("/change", methods=["GET", "POST", "DELETE"])
    def change() -> str:
        require_operator(services)
        return "changed"

    return app


class TestBearer:
    @pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
    def test_needs_no_form(self, app: Flask, method: str) -> None:
        headers = {"Authorization": f"Bearer {OPERATOR_TOKEN}"}
        assert app.test_client().open("/change", method=method, headers=headers).status_code == 200
        assert app.test_client().open("/change", method=method).status_code == 401


class TestSession:
    @pytest.mark.parametrize("method", ["POST", "DELETE"])
    def test_changes_something_only_with_its_form_s_token(self, app: Flask, method: str) -> None:
        browser = Browser(app.test_client())
        browser.sign_in()
        held = browser.fields()["csrf_token"]

        def status(**headers: str) -> int:
            return browser.client.open("/change", method=method, headers=headers).status_code

        assert browser.client.get("/change").status_code == 200
        assert [status(), status(**{"x-csrf-token": "another"}), status(**{"x-csrf-token": held})] == [
            403,
            403,
            200,
        ]

    def test_the_field_serves_as_well(self, app: Flask) -> None:
        browser = Browser(app.test_client())
        browser.sign_in()
        assert browser.client.post("/change", data=browser.fields()).status_code == 200
