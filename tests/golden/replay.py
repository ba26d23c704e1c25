"""Recorded requests, made again to an app."""

from typing import Any

from flask.testing import FlaskClient

from dev.engine import signature, strict_json
from dev.engine.answer import RawAnswer
from tests.golden.transcript import Recorded
from tests.golden.turn import Turn


def replay(client: FlaskClient, recorded: Recorded, key: str | None) -> Turn:
    """Make one request as it was made, under its recorded signature.

    Where a traceback in it was replaced since, it is signed anew, at the recorded time.
    """
    payload = strict_json.dumps(recorded.body)
    headers = {**recorded.headers, "content-type": "application/json"}
    if key is not None and recorded.has_replaced_traceback:
        headers[signature.HEADER] = signature.sign_request(payload, key, recorded.signed_at)
    response = client.post("/api/inngest", query_string=recorded.query, headers=headers, data=payload)
    answer = RawAnswer(
        status=response.status_code,
        headers={name.lower(): value for name, value in response.headers.items()},
        body=response.get_data(),
    )
    return Turn(
        query=recorded.query,
        headers=headers,
        body=recorded.body,
        status=answer.status,
        answer_headers=answer.headers,
        answer=strict_json.loads(answer.body),
    )


class RecordedIds:
    """Takes what the functions send, and gives the ids that were given then."""

    def __init__(self, exchanges: list[Recorded]) -> None:
        self._ids = [
            operation["data"]
            for one in exchanges
            if one.query.startswith("fnId=golden-sends&") and isinstance(one.answer, list)
            for operation in one.answer
        ]

    def send(self, events: list[Any], *, seed: str | None = None) -> list[str]:
        """The ids of the next recorded sending."""
        del seed
        ids: list[str] = self._ids.pop(0)
        if len(ids) != len(events):
            raise AssertionError(f"{len(events)} events, but {len(ids)} were recorded")
        return ids
