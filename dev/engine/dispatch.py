"""Which request goes out next, and its way out and back."""

import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from dev.engine.concurrency import UnderWay
from dev.engine.configuration import ROOT_STEP
from dev.engine.delivery import Deliveries
from dev.engine.execution import Execution
from dev.engine.queue import QueueItem
from dev.engine.request import EngineRequest, request_for
from dev.engine.runs import Runs

Choose = Callable[[Sequence[QueueItem]], QueueItem]
"""Which of the requests that may go out goes first; the oldest run's earliest is at the front."""


class Dispatch:
    """Takes up what is due, within each function's concurrency and unless it is held."""

    def __init__(
        self, runs: Runs, execution: Execution, deliveries: Deliveries, *, choose: Choose, env: str
    ) -> None:
        self._runs = runs
        self._execution = execution
        self._deliveries = deliveries
        self._choose = choose
        self._env = env
        self._under_way = UnderWay()
        self._begun: list[tuple[QueueItem, EngineRequest]] = []
        self._held: set[str | None] = set()
        self.lock: Final = threading.RLock()
        """Held for every change but never during a request."""

    def hold(self, function_id: str | None) -> None:
        """Make no request of one function, or of any (None)."""
        self._held.add(function_id)

    def release(self) -> None:
        """Make requests again."""
        self._held.clear()

    def next_at(self) -> datetime | None:
        """When the next request or time of what is not held is due; None: there is none."""
        return self._runs.queue.next_at(lambda function_id: not self._is_held(function_id))

    def has_next(self, now: datetime) -> bool:
        """Whether a request may go out."""
        with self.lock:
            return bool(self._begun_and_free() or self._ready(now))

    def take(self, now: datetime) -> tuple[QueueItem, EngineRequest] | None:
        """Take up the next request; None: none may go out.

        Requests for steps of one parallel group are made up together, as by workers that run at once: none of
        them knows another's outcome (recorded).
        """
        with self.lock:
            if not (begun := self._begun_and_free()):
                if not (ready := self._ready(now)):
                    return None
                self._begin_with_siblings(self._choose(ready), ready)
                begun = self._begun_and_free()
            item = self._choose([item for item, _ in begun])
            taken = next(one for one in begun if one[0] is item)
            self._begun.remove(taken)
            return taken

    def deliver(self, item: QueueItem, request: EngineRequest) -> None:
        """Make a request that was taken up, and act on its answer."""
        asked = frozenset(request.body["steps"])
        try:
            answer = self._deliveries.deliver(request)
            with self.lock:
                self._execution.settle(item, asked, answer)
        finally:
            with self.lock:
                self._under_way.end(item)

    def _is_held(self, function_id: str) -> bool:
        return not self._held.isdisjoint({None, function_id})

    def _ready(self, now: datetime) -> list[QueueItem]:
        """The requests that may be made up now, times acted on first."""
        self._execution.run_timers()
        due = self._runs.queue.due(now)
        return [item for item in due if not self._is_held(item.function_id) and self._has_room(item)]

    def _has_room(self, item: QueueItem) -> bool:
        return self._under_way.has_room(self._runs.get(item.run_id))

    def _begun_and_free(self) -> list[tuple[QueueItem, EngineRequest]]:
        return [one for one in self._begun if not self._is_held(one[0].function_id)]

    def _begin_with_siblings(self, item: QueueItem, ready: Sequence[QueueItem]) -> None:
        self._begin(item)
        if item.step_id == ROOT_STEP:
            return
        for other in ready:
            is_sibling = other.run_id == item.run_id and other.step_id not in {ROOT_STEP, item.step_id}
            if is_sibling and self._has_room(other):
                self._begin(other)

    def _begin(self, item: QueueItem) -> None:
        run = self._runs.get(item.run_id)
        self._runs.queue.take(item)
        self._under_way.begin(item, run)
        self._runs.begin(run)
        request = request_for(run, item, request_id=self._runs.new_ulid(), env=self._env)
        self._begun.append((item, request))
