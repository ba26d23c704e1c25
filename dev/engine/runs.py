"""All runs, with what is queued for them and what they wait for."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from dev.engine.clock import EngineClock
from dev.engine.configuration import ROOT_STEP, FunctionConfiguration
from dev.engine.event import EngineEvent
from dev.engine.identifiers import ENTROPY_BITS, job_id, ulid
from dev.engine.queue import Queue, QueueItem, Timer, TimerKind
from dev.engine.run import RunState, RunStatus
from dev.engine.waits import Waits


class Runs:
    """What the engine keeps. Nothing is queued for a run that has ended."""

    def __init__(self, clock: EngineClock, chance: random.Random) -> None:
        self._clock = clock
        self._chance = chance
        self._by_id: dict[str, RunState] = {}
        self.queue = Queue()
        self.waits = Waits()

    def all(self) -> list[RunState]:
        """Every run, the oldest first."""
        return list(self._by_id.values())

    def get(self, run_id: str) -> RunState:
        """One run."""
        return self._by_id[run_id]

    def new_ulid(self) -> str:
        """An id of this moment."""
        return ulid(self._clock.milliseconds(), self._chance.getrandbits(ENTROPY_BITS))

    def create(self, function: FunctionConfiguration, event: EngineEvent) -> RunState:
        """A new run, queued for now, or for the event's time where that lies ahead."""
        run = RunState(
            run_id=self.new_ulid(),
            order=len(self._by_id),
            function=function,
            event=event,
            queued_at=max(self._clock.now(), datetime.fromtimestamp(event.ts / 1000, UTC)),
        )
        self._by_id[run.run_id] = run
        self.enqueue(run, due=run.queued_at)
        if function.start_seconds is not None:
            due = run.queued_at + timedelta(seconds=function.start_seconds)
            self.at(run, TimerKind.START_TIMEOUT, due)
        return run

    def enqueue(self, run: RunState, *, step_id: str = ROOT_STEP, due: datetime | None = None) -> None:
        """Put a request of the run into the queue: a discovery unless a step is named, due now by default."""
        self.queue.put(
            QueueItem(
                job_id=job_id(self._chance),
                run_id=run.run_id,
                function_id=run.function.id,
                run_order=run.order,
                step_id=step_id,
                due=due or self._clock.now(),
                current=len(run.stack),
            )
        )

    def at(self, run: RunState, kind: TimerKind, due: datetime, step_id: str | None = None) -> None:
        """Set a timer of the run."""
        self.queue.at(
            Timer(kind=kind, run_id=run.run_id, function_id=run.function.id, due=due, step_id=step_id)
        )

    def begin(self, run: RunState) -> None:
        """A request of the run goes out; its first one starts the run."""
        run.requests += 1
        if run.status is not RunStatus.QUEUED:
            return
        run.status, run.started_at = RunStatus.RUNNING, self._clock.now()
        self.queue.forget_timer(run.run_id, TimerKind.START_TIMEOUT)
        if run.function.finish_seconds is not None:
            due = run.started_at + timedelta(seconds=run.function.finish_seconds)
            self.at(run, TimerKind.FINISH_TIMEOUT, due)

    def finish_step(self, run: RunState, step_id: str, memo: Any, *, races: bool) -> None:
        """Keep the memo; discover what comes next when the step's group is over, or races."""
        run.remember(step_id, memo)
        if races or not run.group:
            self.enqueue(run)

    def end(self, run: RunState, status: RunStatus) -> None:
        """Close the run and drop what was queued for it."""
        run.end(status, self._clock.now())
        self.queue.forget(run.run_id)
        self.waits.forget(run.run_id)
