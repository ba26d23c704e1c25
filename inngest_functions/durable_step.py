"""A step's edge: calls one verb of lib/work, gives its report to the engine, maps what it raises."""

from collections.abc import Callable
from typing import Any

import inngest
from pydantic import ValidationError

from lib.work.run_error import MemoUnreadable, RunDeferred
from lib.work.step_report import StepReport


def as_step(verb: Callable[[], StepReport]) -> Callable[[], Any]:
    """`verb` as the body of a step: its report as JSON; a deferred run as the engine's RetryAfterError."""

    def body() -> Any:  # noqa: ANN401 - JSON, as the SDK takes it
        try:
            return verb().as_memo()
        except RunDeferred as deferred:
            raise inngest.RetryAfterError(deferred.message, deferred.until, quiet=True) from None

    return body


def read_report(memo: object) -> StepReport:
    """The report of a step, just made or kept by the engine. Raises MemoUnreadable."""
    try:
        return StepReport.model_validate(memo)
    except ValidationError as error:
        fields = sorted({".".join(map(str, item["loc"])) for item in error.errors(include_input=False)})
        raise MemoUnreadable(f"A step of this run came back in another shape: {', '.join(fields)}.") from None


def run_summary(run_id: str, dispatch_key: str, report: StepReport) -> Any:  # noqa: ANN401 - JSON
    """What a function returns: how its run ended, from the report of the step that ended it."""
    ended = report.as_memo()
    return {
        "runId": run_id,
        "dispatchKey": dispatch_key,
        "startedAt": ended["startedAt"],
        **(ended["end"] or {}),
    }
