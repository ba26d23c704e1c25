"""What an event sets off: cancellations, the ends of waits, new runs."""

from datetime import timedelta

from dev.engine import duration, expression
from dev.engine.admission import Admission
from dev.engine.clock import EngineClock
from dev.engine.configuration import Cancel, FunctionConfiguration
from dev.engine.event import EngineEvent
from dev.engine.queue import TimerKind
from dev.engine.run import RunState, RunStatus
from dev.engine.runs import Runs


class Intake:
    """Takes events in, for the functions that are registered."""

    def __init__(self, runs: Runs, clock: EngineClock) -> None:
        self._runs = runs
        self._clock = clock
        self._admission = Admission()
        self.functions: dict[str, FunctionConfiguration] = {}

    def take(self, event: EngineEvent) -> None:
        """Do all that `event` asks for."""
        self._cancel(event)
        self._resume(event)
        for function in self.functions.values():
            if any(
                trigger.event == event.name and expression.holds(trigger.expression, event=event.wire())
                for trigger in function.triggers
            ):
                self.start(function, event)

    def start(self, function: FunctionConfiguration, event: EngineEvent) -> RunState | None:
        """Queue a run; None where the event or its key started the function in the last 24 hours."""
        if not self._admission.admits(function, event, self._clock.now()):
            return None
        return self._runs.create(function, event)

    def _cancel(self, event: EngineEvent) -> None:
        for run in self._runs.all():
            if not run.ended and any(self._cancels(cancel, run, event) for cancel in run.function.cancels):
                self._runs.end(run, RunStatus.CANCELLED)

    def _cancels(self, cancel: Cancel, run: RunState, event: EngineEvent) -> bool:
        """Only an event that is newer than the run counts, and only while the cancellation is valid."""
        if cancel.event != event.name or event.ts < run.queued_at.timestamp() * 1000:
            return False
        if cancel.timeout is not None:
            valid = timedelta(seconds=duration.seconds(cancel.timeout))
            if self._clock.now() > run.queued_at + valid:
                return False
        return expression.holds(cancel.if_, **{"event": run.event.wire(), "async": event.wire()})

    def _resume(self, event: EngineEvent) -> None:
        for run_id, step_id in self._runs.waits.met_by(event):
            self._runs.queue.forget_timer(run_id, TimerKind.WAIT_ENDS, step_id)
            self._runs.finish_step(self._runs.get(run_id), step_id, event.wire(), races=False)
