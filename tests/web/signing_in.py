"""A browser at the sign-in form, with what the tests change."""

import html
import re
from collections.abc import Mapping
from types import MappingProxyType

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

OPERATOR_TOKEN = "test-operator-token-0123456789"
PATH = "/sign-in"
NOTHING: Mapping[str, str] = MappingProxyType({})
FIELD = re.compile(r'<input [^>]*name="(\w+)"[^>]*?(?: value="([^"]*)")?[^>]*>')


class Browser:
    """One visitor with their cookies; `address` is where they come from."""

    def __init__(self, client: FlaskClient, address: str = "192.0.2.1") -> None:
        self.client = client
        self.headers = {"X-Forwarded-For": address}

    def fields(self, path: str = PATH) -> dict[str, str]:
        """The fields of the form at `path`, as a browser would send them back."""
        page = self.client.get(path).text
        return {name: html.unescape(value) for name, value in FIELD.findall(page)}

    def submit(self, fields: Mapping[str, str], *, path: str = PATH) -> TestResponse:
        return self.client.post(path, data=dict(fields), headers=self.headers)

    def sign_in(self, token: str = OPERATOR_TOKEN, **changes: str) -> TestResponse:
        return self.submit({**self.fields(), "token": token, **changes})

    def follow(self, link: str) -> TestResponse:
        """Open a link's page and press its button."""
        return self.submit(self.fields(link))

    def sign_out(self, **changes: str) -> TestResponse:
        return self.submit({**self.fields(), **changes}, path="/sign-out")

    def passes(self) -> bool:
        """Whether an operator's route lets this visitor pass."""
        status = self.client.get("/metrics").status_code
        assert status in (200, 401)
        return status == 200
