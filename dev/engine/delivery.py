"""One request on its way to the app and back, with whatever goes wrong between."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Final

from dev.engine.answer import Answer, Failure, RawAnswer, read_answer
from dev.engine.clock import EngineClock
from dev.engine.exchange import Exchange
from dev.engine.faults import (
    AnswerInstead,
    AppDied,
    DeliverConcurrently,
    DeliverTwice,
    Faults,
    LoseAnswer,
    LoseRequest,
)
from dev.engine.request import EngineRequest
from dev.engine.transport import Transport

LOST: Final = Failure(reason="no answer")
"""What the engine makes of a request that stays without one."""
STALE: Final = "Redelivered"
"""How the log calls a request that a test sent once more."""


class Deliveries:
    """Makes requests and logs them; every answer of the app is held to the wire format."""

    def __init__(self, transport: Transport, clock: EngineClock) -> None:
        self.transport = transport
        self._clock = clock
        self.faults = Faults()
        self.exchanges: list[Exchange] = []

    def deliver(self, request: EngineRequest) -> Answer:
        """Make `request`; the one answer that counts.

        Raises:
            ForbiddenAnswer: the app answered what the wire format does not allow.

        """
        match fault := self.faults.take(request):
            case None:
                return self._ask(request)
            case LoseRequest():
                self._unanswered(request, fault.name)
                return LOST
            case LoseAnswer():
                self._ask(request, fault=fault.name)
                return LOST
            case AnswerInstead():
                self._unanswered(request, fault.name, fault.answer)
                return read_answer(fault.answer, key=None, now=self._clock.now(), replaced=True)
            case DeliverTwice():
                answer = self._ask(request)
                self._ask(request, fault=fault.name)
                return answer
            case DeliverConcurrently():
                return self._first_of_two(request, fault.name)
            case _:
                raise TypeError(f"no such fault: {fault.name}")

    def once_more(self, request: EngineRequest) -> Exchange:
        """Make an old request again, signed now; the answer is held to the format and leads to nothing."""
        self._ask(request, fault=STALE)
        return self.exchanges[-1]

    def _ask(self, request: EngineRequest, *, fault: str | None = None) -> Answer:
        """One trip to the app."""
        at, headers = self._clock.now(), self._signed(request)
        try:
            raw = self.transport.send("POST", request.query, headers, request.payload)
        except AppDied:
            self._unanswered(request, AppDied.__name__)
            return LOST
        self.exchanges.append(Exchange(at=at, request=request, headers=headers, answer=raw, fault=fault))
        return read_answer(raw, key=self.transport.key, now=self._clock.now())

    def _first_of_two(self, request: EngineRequest, fault: str) -> Answer:
        with ThreadPoolExecutor(max_workers=2) as pool:
            both = [pool.submit(self._ask, request, fault=fault) for _ in range(2)]
            answers = [trip.result() for trip in as_completed(both)]
        return next((answer for answer in answers if answer is not LOST), LOST)

    def _unanswered(self, request: EngineRequest, fault: str, answer: RawAnswer | None = None) -> None:
        """Log a request that the app did not answer; `answer` is what came instead."""
        at, headers = self._clock.now(), self._signed(request)
        self.exchanges.append(Exchange(at=at, request=request, headers=headers, answer=answer, fault=fault))

    def _signed(self, request: EngineRequest) -> Mapping[str, str]:
        return self.transport.signed(request.headers, request.payload)
