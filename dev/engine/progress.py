"""What an answer leads to: pure decisions that the engine then acts on."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from dev.engine import duration, strict_json
from dev.engine.answer import Failure, Progress
from dev.engine.configuration import ROOT_STEP
from dev.engine.errors import ForbiddenAnswer, Rule
from dev.engine.opcode import Op, Operation, StepErrored, StepRun, WaitForEvent, WaitOptions
from dev.engine.queue import QueueItem
from dev.engine.run import RunState

STEP_OUTPUT_MAX: Final = 4 * 1024 * 1024
"""Bytes of JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remember:
    """A step is over: keep its memo, and look what comes next when its group is over or races."""

    step_id: str
    memo: Any
    races: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Call one step by a request of its own."""

    step_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SleepUntil:
    """Go on at a time."""

    step_id: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Await:
    """Go on with an event, or at a time without one."""

    step_id: str
    event: str
    expression: str | None
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """Make the same request again; None as pause: by the table."""

    pause_seconds: float | None
    step_ran: bool
    """Whether it was a step that failed, which is billed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FailRun:
    """The run is over."""

    error: Failure | str
    """The request's failure, or the engine's own reason."""


Follow = Remember | Target | SleepUntil | Await | Again | FailRun


def check_operations(run: RunState, item: QueueItem, asked: frozenset[str], progress: Progress) -> None:
    """Hold the ops to the request that they answer; `asked` are the steps whose memos it carried.

    Raises:
        ForbiddenAnswer: a step is reported although its memo was there, or another one than the target is.

    """
    ids = [operation.id for operation in progress.operations]
    known = sorted(asked.intersection(ids))
    if known:
        raise ForbiddenAnswer(Rule.ALREADY_KNOWN, f"{known} in run {run.run_id}")
    if item.step_id != ROOT_STEP and ids != [item.step_id]:
        raise ForbiddenAnswer(Rule.NOT_THE_TARGET, f"{ids} for {item.step_id}")


def after_progress(run: RunState, item: QueueItem, progress: Progress, now: datetime) -> list[Follow]:
    """What the ops of a 206 lead to, in their order.

    Steps that are over already are passed by, and so are those that a discovery finds under way.
    """
    passed = run.memos.keys() | (run.group if item.step_id == ROOT_STEP else set())
    new = [operation for operation in progress.operations if operation.id not in passed]
    return [_after(run, item, operation, progress, now) for operation in new]


def after_failure(run: RunState, item: QueueItem, failure: Failure) -> Follow:
    """What a failed request leads to."""
    if failure.no_retry or _is_last(run, item):
        return FailRun(error=failure)
    return Again(pause_seconds=failure.retry_after, step_ran=False)


def _after(run: RunState, item: QueueItem, operation: Operation, progress: Progress, now: datetime) -> Follow:
    if isinstance(operation, StepRun):
        return _after_step(operation)
    if isinstance(operation, StepErrored):
        final = operation.op is Op.STEP_FAILED or progress.no_retry or _is_last(run, item)
        if not final:
            return Again(pause_seconds=progress.retry_after, step_ran=True)
        return Remember(step_id=operation.id, memo=operation.error.memo(), races=operation.races)
    if isinstance(operation, WaitForEvent):
        return _after_wait(operation, operation.opts, now)
    if operation.op is Op.SLEEP:
        return SleepUntil(step_id=operation.id, until=_end_of_sleep(operation))
    return Target(step_id=operation.id)


def _after_step(operation: StepRun) -> Follow:
    if len(strict_json.dumps(operation.data)) > STEP_OUTPUT_MAX:
        reason = "step output size is greater than the limit"
        return FailRun(error=f"error validating generator opcode {operation.id}: {reason}")
    return Remember(step_id=operation.id, memo={"data": operation.data}, races=operation.races)


def _after_wait(operation: WaitForEvent, options: WaitOptions, now: datetime) -> Await:
    return Await(
        step_id=operation.id,
        event=operation.name,
        expression=options.if_,
        until=now + timedelta(seconds=duration.seconds(options.timeout)),
    )


def _end_of_sleep(operation: Operation) -> datetime:
    try:
        until = datetime.fromisoformat(operation.name)
    except ValueError:
        until = None
    if until is None or until.tzinfo is None:
        raise ForbiddenAnswer(Rule.FIELD_TYPE, f"{operation.name!r} is no end of a sleep")
    return until


def _is_last(run: RunState, item: QueueItem) -> bool:
    return item.attempt + 1 >= run.function.max_attempts
