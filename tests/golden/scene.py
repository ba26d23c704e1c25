"""A recorded scenario played again by the executor: the same events, the same faults, the recorded order.

Where several requests are due at once the real engine's workers took them in no order that one could tell
beforehand (of three parallel steps the second came first). The scene therefore chooses, among the requests
that are due, the one that the recording has next; the executor decides what is due and what it says.
"""

import json
import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from flask.testing import FlaskClient

from dev.engine.answer import RawAnswer
from dev.engine.clock import EngineClock
from dev.engine.configuration import FAILED_EVENT
from dev.engine.engine import Engine, oldest_first
from dev.engine.faults import AnswerInstead, Fault, LoseAnswer, Where
from dev.engine.queue import QueueItem
from dev.engine.retries import RetryDelays
from tests.golden.functions import APP_ID
from tests.golden.transcript import ANSWER_LOST, Recorded, Transcript
from tests.golden.turn import Turn

RECORDED_DELAYS: Final = RetryDelays(seconds=(3,), jitter_seconds=0)
"""The recordings were made with a retry interval of 3 s flat."""
UNSEEN: Final[dict[str, list[dict[str, Any]]]] = {
    "no-step": [{"id": "same-event-id", "data": {"x": 0}}, {"id": "same-event-id", "data": {"x": 1}}],
    "idempotent": [{"data": {"dispatchKey": "k1"}}, {"data": {"dispatchKey": "k1"}}],
}
"""Events of a scenario that were sent and started nothing."""


class Scene:
    """One transcript, played to an app."""

    def __init__(
        self, transcript: Transcript, client_factory: Callable[[], FlaskClient], clock: EngineClock
    ) -> None:
        self.transcript = transcript
        self.engine = Engine(
            client_factory,
            clock=clock,
            signing_key=transcript.key,
            chance=random.Random(4),
            delays=RECORDED_DELAYS,
            choose=self._as_recorded,
        )
        for exchange in transcript.exchanges:
            if exchange.fault is not None:
                self.engine.faults.add(_fault(exchange))

    def play(self, *, ts: bool) -> list[Turn]:
        """Send the scenario's events and drive until all is over; with their recorded times, or now."""
        self.engine.send(self._events(ts=ts))
        self.engine.run_until_idle(3600, max_requests=2 * len(self.transcript.exchanges))
        return self.turns_of(self.transcript.scenario)

    def turns_of(self, scenario: str) -> list[Turn]:
        """What went to and fro for one of the functions and its failure function."""
        ids = {f"{APP_ID}-{scenario}", f"{APP_ID}-{scenario}-failure"}
        return [Turn.played(exchange) for exchange in self.engine.exchanges if exchange.function_id in ids]

    def _events(self, *, ts: bool) -> list[dict[str, Any]]:
        """What was sent from outside, by the requests that it led to; each under its recorded id."""
        seen: dict[str, dict[str, Any]] = {}
        for exchange in self.transcript.exchanges:
            event = exchange.body["event"]
            if event["name"] != FAILED_EVENT:
                seen[exchange.run_id] = {key: event[key] for key in ("name", "data", "id")} | (
                    {"ts": event["ts"]} if ts else {}
                )
        unseen = UNSEEN.get(self.transcript.scenario, [])
        return [*seen.values(), *({"name": f"g/{self.transcript.scenario}", **event} for event in unseen)]

    def _as_recorded(self, items: Sequence[QueueItem]) -> QueueItem:
        made = len(self.engine.exchanges)
        if made >= len(self.transcript.exchanges):
            return oldest_first(items)
        wanted = self.transcript.exchanges[made]
        runs = {run.run_id: run for run in self.engine.runs}
        for item in items:
            event = runs[item.run_id].event
            same_event = event["id"] == wanted.body["event"]["id"] or event["name"] == FAILED_EVENT
            if same_event and _query(item) == wanted.query and item.attempt == wanted.body["ctx"]["attempt"]:
                return item
        return oldest_first(items)


def recorded_clock(transcript: Transcript) -> EngineClock:
    """A clock that stands at the moment of the scenario's first event."""
    first = min(exchange.body["event"]["ts"] for exchange in transcript.exchanges)
    return EngineClock(datetime.fromtimestamp(first / 1000, UTC))


def _query(item: QueueItem) -> str:
    return f"fnId={item.function_id}&stepId={item.step_id}"


def _fault(exchange: Recorded) -> Fault:
    where = Where(step_id="step", attempt=exchange.body["ctx"]["attempt"], number=1)
    if exchange.fault == ANSWER_LOST:
        return LoseAnswer(where=where)
    body = exchange.answer if isinstance(exchange.answer, str) else json.dumps(exchange.answer)
    answer = RawAnswer(status=exchange.status, headers=exchange.answer_headers, body=body.encode())
    return AnswerInstead(where=where, answer=answer)
