"""The executor: plays the engine between events and an app's endpoint, by a clock that a test moves."""

import random
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from flask.testing import FlaskClient

from dev.engine import registration
from dev.engine.clock import EngineClock
from dev.engine.configuration import read_configuration
from dev.engine.delivery import Deliveries
from dev.engine.dispatch import Choose, Dispatch
from dev.engine.errors import BadEvent, RegistrationRefused, TooManyRequests
from dev.engine.event import EVENTS_MAX, accept_event
from dev.engine.exchange import Exchange
from dev.engine.execution import Execution
from dev.engine.faults import Faults
from dev.engine.identifiers import seeded_ulid
from dev.engine.intake import Intake
from dev.engine.queue import QueueItem
from dev.engine.retries import RetryDelays
from dev.engine.run import EngineRun, RunStatus
from dev.engine.runs import Runs
from dev.engine.transport import Transport

DAY_SECONDS: Final = 86_400.0
REQUESTS_MAX: Final = 1000
"""In one drive."""
STEPS_MAX: Final = 1000
"""Of one run."""
INVOKED_EVENT: Final = "inngest/function.invoked"


def oldest_first(items: Sequence[QueueItem]) -> QueueItem:
    """Which of the due requests comes next, unless a test chooses: the oldest run's earliest."""
    return items[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """What is billed."""

    runs: int
    """Those that were called at least once, failure functions included."""
    steps: int
    """Steps executed: each attempt, and each sleep and wait."""

    @property
    def executions(self) -> int:
        """Both together."""
        return self.runs + self.steps


class Engine:
    """Takes events, calls the app, and remembers; strict with every answer, and never sleeping.

    Nothing happens by itself: a test sends events and then drives. Threads may send while a request is under
    way, as an app does in `step.send_event`.
    """

    def __init__(  # noqa: PLR0913  each is a part that tests put in
        self,
        client_factory: Callable[[], FlaskClient],
        *,
        clock: EngineClock,
        signing_key: str | None,
        chance: random.Random,
        delays: RetryDelays = RetryDelays(),  # noqa: B008  frozen
        path: str = "/api/inngest",
        env: str = "",
        choose: Choose = oldest_first,
        steps_max: int = STEPS_MAX,
    ) -> None:
        self.clock = clock
        self._deliveries = Deliveries(
            Transport(client_factory, clock=clock, key=signing_key, path=path), clock
        )
        self._runs = Runs(clock, chance)
        self._intake = Intake(self._runs, clock)
        self._execution = Execution(
            self._runs, self._intake, clock=clock, chance=chance, delays=delays, steps_max=steps_max
        )
        self._dispatch = Dispatch(self._runs, self._execution, self._deliveries, choose=choose, env=env)
        self._lock = self._dispatch.lock

    # -- registration and deployment

    def register(self) -> None:
        """Take over the functions that the app's signed in-band sync names.

        Raises:
            RegistrationRefused: the app refuses, or names what no SDK would.

        """
        self.register_configs(registration.ask_for_configurations(self._deliveries.transport))

    def register_configs(self, configurations: Sequence[Mapping[str, Any]]) -> None:
        """Take over these functions instead; runs that are under way keep the configuration they began with.

        Raises:
            RegistrationRefused: one is not what an SDK registers, or is called at another path.
            NotPlayed: one asks for what this executor does not play.

        """
        functions = [read_configuration(dict(raw)) for raw in configurations]
        for function in functions:
            if function.path != self._deliveries.transport.path:
                raise RegistrationRefused(f"{function.id} is called at {function.path}")
        with self._lock:
            self._intake.functions = {function.id: function for function in functions}

    def deploy(self, client_factory: Callable[[], FlaskClient]) -> None:
        """Another version of the app answers from now on. Its functions count after `register`."""
        self._deliveries.transport.deploy(client_factory)

    # -- events

    def send(self, events: Sequence[object], *, seed: str | None = None) -> list[str]:
        """Take events as the event API does; the engine's ids of them, in their order.

        Events without an id get one. With a `seed` (the SDK's header) these come out the same when the same
        request is sent again, so that it starts nothing twice.

        Raises:
            BadEvent: one of them would be refused; none was taken.

        """
        if len(events) > EVENTS_MAX:
            raise BadEvent(f"{len(events)} events in one request")
        with self._lock:
            ids = [
                self._runs.new_ulid() if seed is None else seeded_ulid(seed, n) for n in range(len(events))
            ]
            now = self.clock.milliseconds()
            taken = [accept_event(raw, internal_id=i, now=now) for raw, i in zip(events, ids, strict=True)]
            for event in taken:
                self._intake.take(event)
        return ids

    def invoke(self, function_id: str, data: Mapping[str, Any]) -> str:
        """Start one function with `data`, as the dashboard's Invoke does; the run's id."""
        with self._lock:
            event = {"name": INVOKED_EVENT, "data": dict(data)}
            now = self.clock.milliseconds()
            taken = accept_event(event, internal_id=self._runs.new_ulid(), now=now)
            return self._runs.create(self._intake.functions[function_id], taken).run_id

    def cancel(self, run_id: str) -> None:
        """Cancel a run by hand; a request that is under way still ends, and leads to nothing."""
        with self._lock:
            if not (run := self._runs.get(run_id)).ended:
                self._runs.end(run, RunStatus.CANCELLED)

    # -- what goes wrong

    @property
    def faults(self) -> Faults:
        """Where tests add what goes wrong with requests."""
        return self._deliveries.faults

    def hold(self, function_id: str | None = None) -> None:
        """Accept events and make no request, for one function or for all."""
        self._dispatch.hold(function_id)

    def release(self) -> None:
        """Make requests again."""
        self._dispatch.release()

    def redeliver(self, exchange: Exchange) -> Exchange:
        """Make an old request again, however late; its answer leads to nothing."""
        return self._deliveries.once_more(exchange.request)

    # -- driving

    def advance(self, seconds: float) -> None:
        """Move the clock on and act on the times that come: sleeps and waits end, time-outs cancel.

        Requests that become due are not made by this.
        """
        self.clock.advance(seconds)
        with self._lock:
            self._execution.run_timers()

    def deliver_next(self) -> Exchange | None:
        """Make the next request that is due now; None: there is none.

        Raises:
            ForbiddenAnswer: the app answered what the wire format does not allow.

        """
        taken = self._dispatch.take(self.clock.now())
        if taken is None:
            return None
        before = len(self.exchanges)
        self._dispatch.deliver(*taken)
        return self.exchanges[before]

    def deliver_together(self, most: int = 2) -> int:
        """Make up to `most` due requests at the same time, each in a thread; how many they were.

        Never more of one function than its concurrency allows.
        """
        now = self.clock.now()
        taken = [one for _ in range(most) if (one := self._dispatch.take(now)) is not None]
        with ThreadPoolExecutor(max_workers=most) as pool:
            for trip in [pool.submit(self._dispatch.deliver, *one) for one in taken]:
                trip.result()
        return len(taken)

    def run_until_idle(self, max_seconds: float = DAY_SECONDS, *, max_requests: int = REQUESTS_MAX) -> int:
        """Make all requests, moving the clock on to whatever is due next, by at most `max_seconds` in all.

        Says how many requests it made. For what is held the clock is not moved.

        Raises:
            TooManyRequests: there were `max_requests` and still more are due.
            ForbiddenAnswer: the app answered what the wire format does not allow.

        """
        until = self.clock.now() + timedelta(seconds=max_seconds)
        for made in range(max_requests):
            while self.deliver_next() is None:
                due = self._dispatch.next_at()
                if due is None or not self.clock.now() < due <= until:
                    return made
                self.advance((due - self.clock.now()).total_seconds())
        if not self._dispatch.has_next(self.clock.now()):
            return max_requests
        raise TooManyRequests(f"{max_requests} requests, and the next is due")

    # -- what was

    @property
    def runs(self) -> list[EngineRun]:
        """Every run as it stands, the oldest first."""
        with self._lock:
            return [run.snapshot() for run in self._runs.all()]

    @property
    def exchanges(self) -> list[Exchange]:
        """Every request that was made, and its answer."""
        return self._deliveries.exchanges

    def bill(self) -> Bill:
        """What all this costs."""
        called = [run for run in self.runs if run.requests]
        return Bill(runs=len(called), steps=sum(run.executed_steps for run in called))
