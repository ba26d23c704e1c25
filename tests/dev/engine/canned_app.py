"""An app whose answers a test writes down; by default each is what an SDK would send."""

import hashlib
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, Response, request

from dev.engine import signature, strict_json

KEY = "signkey-test-" + "0123456789abcdef" * 4
FUNCTION_URL = "http://localhost/api/inngest?fnId={id}&stepId=step"


@dataclass(frozen=True, kw_only=True)
class Canned:
    """One answer."""

    status: int = 200
    body: Any = None
    headers: dict[str, str | None] = field(default_factory=dict)
    """Put over the usual ones; None takes one away."""
    raw: bytes | None = None
    """In the place of `body`."""


def done(result: Any = None) -> Canned:
    """The run is over."""
    return Canned(body=result)


def ops(*operations: dict[str, Any], **headers: str) -> Canned:
    """The run got on; `headers` with underscores for hyphens."""
    return Canned(
        status=206,
        body=list(operations),
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )


def broken(message: str = "boom", **headers: str) -> Canned:
    """The function raised."""
    return Canned(
        status=500,
        body={"code": "unknown", "message": message, "name": "RuntimeError", "stack": "…"},
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )


def step_id(name: str) -> str:
    """The id of a step's first use."""
    return hashlib.sha1(name.encode()).hexdigest()  # noqa: S324  the specification's choice


def op(kind: str, name: str, /, **changes: Any) -> dict[str, Any]:
    """An op as the SDK has it; a change to `...` takes the field away."""
    made = {
        "displayName": name,
        "id": step_id(name),
        "name": name,
        "op": kind,
        "opts": None,
        "userland": {"id": name, "index": None},
        "data": None,
        **changes,
    }
    return {field: value for field, value in made.items() if value is not ...}


def ran(name: str, data: Any = None, /, **changes: Any) -> dict[str, Any]:
    """A step ran."""
    return op("StepRun", name, **{"data": data, **changes})


def failed(name: str, message: str = "boom", /, *, final: bool = False, **changes: Any) -> dict[str, Any]:
    """A step raised."""
    error = {"code": "unknown", "message": message, "name": "ValueError", "stack": "…"}
    return op("StepFailed" if final else "StepError", name, **{"error": error, **changes})


def planned(name: str, /, **changes: Any) -> dict[str, Any]:
    """A step is to be called."""
    return op("StepPlanned", name, **changes)


def function(fn_id: str = "f", event: str = "e", *, retries: int = 2, **options: Any) -> dict[str, Any]:
    """The configuration of a function; the wire's names as options."""
    return {
        "id": fn_id,
        "name": fn_id,
        "triggers": [{"event": event}],
        "steps": {
            "step": {
                "id": "step",
                "name": "step",
                "retries": {"attempts": retries},
                "runtime": {"type": "http", "url": FUNCTION_URL.format(id=fn_id)},
            }
        },
        **options,
    }


def failure_function(fn_id: str = "f") -> dict[str, Any]:
    """The configuration of the failure function of another."""
    expression = f"event.data.function_id == '{fn_id}'"
    return function(
        f"{fn_id}-failure",
        retries=0,
        triggers=[{"event": "inngest/function.failed", "expression": expression}],
    )


class CannedApp:
    """Gives the answers in their order, or what a function makes of the request's body and its `target`."""

    def __init__(
        self, answers: Iterable[Canned] | Callable[[dict[str, Any]], Canned], key: str | None
    ) -> None:
        self.key = key
        self._answer = answers if callable(answers) else _one_by_one(answers)
        self._lock = threading.Lock()
        self.bodies: list[dict[str, Any]] = []
        """Of all requests."""
        self.app = Flask("canned")
        self.app.add_url_rule("/api/inngest", view_func=self._view, methods=["POST"])

    def _view(self) -> Response:
        body = strict_json.loads(request.get_data())
        target = request.args["stepId"]
        with self._lock:
            self.bodies.append(body)
        return self._response(self._answer({**body, "target": target}))

    def _response(self, canned: Canned) -> Response:
        payload = strict_json.dumps(canned.body) if canned.raw is None else canned.raw
        usual: dict[str, str | None] = {
            "content-type": "application/json",
            "x-inngest-req-version": "2",
            "x-inngest-sdk": "inngest-py:v0.5.19",
        }
        if self.key is not None:
            usual[signature.HEADER] = signature.sign_answer(payload, self.key, 1_800_000_000)
        headers = {name: value for name, value in {**usual, **canned.headers}.items() if value is not None}
        response = Response(payload, status=canned.status)
        response.headers.clear()
        response.headers.extend(headers)
        return response


def _one_by_one(answers: Iterable[Canned]) -> Callable[[dict[str, Any]], Canned]:
    left = iter(answers)
    return lambda _body: next(left)
