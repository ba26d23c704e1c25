"""A language model that is a table: what it says to each prompt, over a real endpoint."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from pydantic import SecretStr

from lib.clock import SystemClock
from lib.llm.client import LlmClient, LlmOptions
from tests.llm.endpoints import obeys
from tests.ticks.event_apis import EventApiServer, Script, event_api

EXTRACT: Final[dict[str, Any]] = {
    "isScheduling": True,
    "intent": "accept_offer",
    "acceptedSlotIndex": 0,
    "preferredDay": "Tuesday",
    "preferredTime": "2:00pm",
    "detectedTimezone": None,
    "needsClarification": False,
    "needsPricingAnswer": False,
}
SLOT: Final = "Tuesday, March 3 at 2:00 PM"
LETTER: Final = f"Hi Ada,\n\n{SLOT} is confirmed.\n\nBest regards"


def drafted(draft: str = LETTER, move: str = "confirm_slot", **more: Any) -> dict[str, Any]:
    strategy = {"move": move, "language": "en", "includesPricing": False}
    return {"strategy": strategy, "draft": draft, "memory": [], **more}


def verdict(**more: Any) -> dict[str, Any]:
    return {
        "decision": "approve",
        "final_draft": "",
        "confidence": 1.0,
        "issues": [],
        "rationale": "It answers what was asked.",
        **more,
    }


def prompt_of(request: dict[str, Any]) -> str:
    """Which question a request asks, by the schema that goes with it."""
    return str(request["messages"][0]["content"].rsplit('"title":"', 1)[1].split('"')[0])


def model(
    extract: object = EXTRACT, draft: object | None = None, gate: object | None = None
) -> Callable[[dict[str, Any]], object]:
    """What the model decides, for `obeys`."""
    said = {
        "ExtractAnswer": extract,
        "DraftAnswer": drafted() if draft is None else draft,
        "GateAnswer": verdict() if gate is None else gate,
    }
    return lambda request: said[prompt_of(request)]


@dataclass(frozen=True, kw_only=True)
class Model:
    """The client of a model, and what it was asked."""

    client: LlmClient
    endpoint: EventApiServer

    @property
    def asked(self) -> list[dict[str, Any]]:
        return [request.body for request in self.endpoint.heard]


@contextmanager
def asking(script: Script | None = None, *, timeout_ms: int = 10_000) -> Iterator[Model]:
    """A client of an endpoint that treats each request by `script`: without one, of a model that is fine."""
    with event_api(script or obeys(model())) as endpoint:
        options = LlmOptions(
            base_url=f"{endpoint.address}/v1",
            api_key=SecretStr("sk-hunter2hunter2"),
            model="stub",
            timeout_ms=timeout_ms,
            max_output_tokens=1_000,
        )
        yield Model(client=LlmClient(options, clock=SystemClock()), endpoint=endpoint)
