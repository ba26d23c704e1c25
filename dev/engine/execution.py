"""What becomes of a run with each answer and each time-out."""

import random
from datetime import timedelta

from dev.engine import failure
from dev.engine.answer import Answer, Completed, Failure, Progress
from dev.engine.clock import EngineClock
from dev.engine.event import accept_event
from dev.engine.intake import Intake
from dev.engine.progress import (
    Again,
    Await,
    FailRun,
    Follow,
    Remember,
    SleepUntil,
    Target,
    after_failure,
    after_progress,
    check_operations,
)
from dev.engine.queue import QueueItem, Timer, TimerKind
from dev.engine.retries import RetryDelays
from dev.engine.run import RunState, RunStatus
from dev.engine.runs import Runs
from dev.engine.waits import Wait


class Execution:
    """Acts on answers and times."""

    def __init__(
        self,
        runs: Runs,
        intake: Intake,
        *,
        clock: EngineClock,
        chance: random.Random,
        delays: RetryDelays,
        steps_max: int,
    ) -> None:
        self._runs = runs
        self._intake = intake
        self._clock = clock
        self._chance = chance
        self._delays = delays
        self._steps_max = steps_max

    def settle(self, item: QueueItem, asked: frozenset[str], answer: Answer) -> None:
        """Act on the answer to a request; `asked` are the steps whose memos it carried.

        The answer to a request of a run that was cancelled meanwhile leads to nothing.

        Raises:
            ForbiddenAnswer: the answer does not fit the request.

        """
        run = self._runs.get(item.run_id)
        if isinstance(answer, Progress):
            check_operations(run, item, asked, answer)
        if run.ended:
            return
        match answer:
            case Completed():
                run.result = answer.result
                self._runs.end(run, RunStatus.COMPLETED)
            case Progress():
                self._get_on(run, item, answer)
            case Failure():
                self._follow(run, item, after_failure(run, item, answer))

    def run_timers(self) -> None:
        """Act on every time that has come, in their order."""
        while (timer := self._runs.queue.take_timer(self._clock.now())) is not None:
            self._ring(self._runs.get(timer.run_id), timer)

    def _ring(self, run: RunState, timer: Timer) -> None:
        match timer.kind:
            case TimerKind.START_TIMEOUT | TimerKind.FINISH_TIMEOUT:
                self._runs.end(run, RunStatus.CANCELLED)
            case TimerKind.WAKE | TimerKind.WAIT_ENDS:
                step_id = str(timer.step_id)
                self._runs.waits.forget(run.run_id, step_id)
                self._runs.finish_step(run, step_id, None, races=False)

    def _get_on(self, run: RunState, item: QueueItem, progress: Progress) -> None:
        run.version = progress.request_version
        follows = after_progress(run, item, progress, self._clock.now())
        opened = {follow.step_id for follow in follows if isinstance(follow, Target | SleepUntil | Await)}
        run.group |= opened
        run.in_parallel = run.in_parallel or len(opened) > 1
        for follow in follows:
            if not run.ended:
                self._follow(run, item, follow)

    def _follow(self, run: RunState, item: QueueItem, follow: Follow) -> None:
        match follow:
            case Remember():
                run.executed_steps += 1
                self._runs.finish_step(run, follow.step_id, follow.memo, races=follow.races)
                if len(run.memos) > self._steps_max:
                    self._fail(run, f"more than {self._steps_max} steps")
            case Target():
                self._runs.enqueue(run, step_id=follow.step_id)
            case SleepUntil():
                run.executed_steps += 1
                self._runs.at(run, TimerKind.WAKE, follow.until, follow.step_id)
            case Await():
                run.executed_steps += 1
                self._wait(run, follow)
            case Again():
                run.executed_steps += follow.step_ran
                self._try_again(item, follow)
            case FailRun():
                self._fail(run, follow.error)

    def _wait(self, run: RunState, follow: Await) -> None:
        self._runs.at(run, TimerKind.WAIT_ENDS, follow.until, follow.step_id)
        self._runs.waits.add(
            Wait(
                run_id=run.run_id,
                step_id=follow.step_id,
                event=follow.event,
                expression=follow.expression,
                trigger=run.event,
            )
        )

    def _try_again(self, item: QueueItem, follow: Again) -> None:
        """The same item with the next attempt; its job id stays (recorded)."""
        pause = follow.pause_seconds
        if pause is None:
            pause = self._delays.after(item.attempt, self._chance)
        item.due = self._clock.now() + timedelta(seconds=pause)
        item.attempt += 1
        self._runs.queue.put(item)

    def _fail(self, run: RunState, reason: Failure | str) -> None:
        """End the run and send its failure event, but for runs of failure functions."""
        error, result = failure.of_engine(reason) if isinstance(reason, str) else failure.of_answer(reason)
        run.error = error
        self._runs.end(run, RunStatus.FAILED)
        if run.function.is_failure_handler:
            return
        now = self._clock.milliseconds()
        event = failure.failed_event(run, error, result, now)
        self._intake.take(accept_event(event, internal_id=self._runs.new_ulid(), now=now))
