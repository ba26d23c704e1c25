"""docs/openapi.json, and what holds an answer against it."""

import json
import re
from pathlib import Path
from typing import Any, Final

import schemathesis
from hypothesis import strategies as st
from schemathesis import APIOperation, CheckFunction
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from werkzeug.test import TestResponse

from tests.web.callers import Wsgi

DESCRIPTION: Final = Path(__file__).parents[2] / "docs" / "openapi.json"
DESCRIBED: Final[dict[str, Any]] = json.loads(DESCRIPTION.read_text())
OPERATIONS: Final = sorted((path, method) for path, item in DESCRIBED["paths"].items() for method in item)
CHECKS: Final[list[CheckFunction]] = [
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
PART: Final = re.compile(r"\{(\w+)\}")
"""A part of an address that names one thing among many."""
MAIL: Final = b"From: Ada <ada@x.example>\nSubject: hello\n\nbody\n"

schemathesis.openapi.media_type(
    "message/rfc822", st.one_of(st.binary(max_size=200), st.binary(max_size=40).map(lambda rest: MAIL + rest))
)


def described(path: str, method: str) -> dict[str, Any]:
    """What the description says of one operation."""
    said: dict[str, Any] = DESCRIBED["paths"][path][method]
    return said


def takes_something(path: str, method: str) -> bool:
    """Whether a request can be wrong: there are parameters, a body or credentials."""
    return any(described(path, method).get(part) for part in ("parameters", "requestBody", "security"))


def operation(path: str, method: str, *, wsgi: Wsgi | None = None) -> APIOperation[Any, Any, Any, Any]:
    """One operation as Schemathesis knows it; its requests go to `wsgi`."""
    schema = schemathesis.openapi.from_dict(DESCRIBED)
    schema.app = wsgi
    found: APIOperation[Any, Any, Any, Any] = schema[path][method]
    return found


def require_described(path: str, method: str, answer: TestResponse) -> None:
    """Fail unless `answer` is one that the description has."""
    parts = dict.fromkeys(PART.findall(path), "1")
    operation(path, method).Case(path_parameters=parts).validate_response(answer, checks=CHECKS)
