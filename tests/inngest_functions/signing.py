"""A caller with a signing key, as Inngest is one; put together without the code under test."""

import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.conftest import FakeClock

PATH = "/api/inngest"


@dataclass(frozen=True)
class Caller:
    """Calls an app's endpoint; each call is signed with `key` at the app's own time unless the test says."""

    client: FlaskClient
    key: str
    clock: FakeClock

    def call(
        self, method: str, body: object = None, *, headers: dict[str, str] | None = None, **options: Any
    ) -> TestResponse:
        """One call; `key`, `shift` (seconds) and `query` replace what it is made of."""
        sent = b"" if body is None else canonical(body)
        key = options.get("key", self.key)
        given = {"x-inngest-signature": signature(key, sent, self._now() + options.get("shift", 0))}
        return self.bare(method, sent, headers={**given, **(headers or {})}, query=options.get("query", ""))

    def bare(
        self, method: str, body: bytes = b"", *, headers: dict[str, str] | None = None, query: str = ""
    ) -> TestResponse:
        """One call with these headers and no other."""
        return self.client.open(PATH, method=method, data=body, headers=headers, query_string=query)

    def run(self, function: str = "probe", **options: Any) -> TestResponse:
        """Call a function of the app as the engine does for its first step."""
        return self.call(
            "POST", first_request(function), query=f"fnId=everytick-{function}&stepId=step", **options
        )

    def _now(self) -> int:
        return int(self.clock.now().timestamp())


def canonical(body: object) -> bytes:
    """`body` in the canonical form of JSON, which is this one for what our tests send."""
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def signature(key: str, body: bytes, t: int) -> str:
    """The header's value."""
    secret = key.split("-", 2)[-1].encode()
    return f"t={t}&s={hmac.new(secret, body + str(t).encode(), hashlib.sha256).hexdigest()}"


def first_request(function: str) -> dict[str, Any]:
    """What the engine posts when a run begins."""
    event = {"data": {}, "id": "event-1", "name": f"test/{function}", "ts": 1}
    context = {
        "attempt": 0,
        "disable_immediate_execution": False,
        "env": "production",
        "fn_id": "f",
        "max_attempts": 4,
        "run_id": "run-1",
        "stack": {"current": 0, "stack": []},
        "step_id": "step",
        "use_api": False,
    }
    return {"ctx": context, "event": event, "events": [event], "steps": {}, "use_api": False, "version": 1}
