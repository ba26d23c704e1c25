"""The durable function `background-maintenance`: all items in one step; each that failed gets its own."""

from typing import Any, Final

import inngest

from inngest_functions.durable_step import as_step, read_report, run_summary
from inngest_functions.limits import limits_of
from inngest_functions.run_failed import run_failed
from inngest_functions.tick_event import read_call
from lib.services import Services
from lib.status.run_status import RunStatus
from lib.work.call import RunCall
from lib.work.durable_maintenance import close_step, failed_items, item_step, maintain_step
from lib.work.responsibilities import MAINTENANCE
from lib.work.step_report import StepReport

MAINTAIN: Final = "maintain"
MAINTAIN_ITEM: Final = "maintain-{item}"
CLOSE: Final = "close"
"""Step ids are a contract with the engine's memory of running runs: a test pins them."""
RETRIES: Final = 3


def background_maintenance(client: inngest.Inngest, services: Services) -> inngest.Function[Any]:
    """The function, defined on `client`."""

    @client.create_function(
        fn_id=MAINTENANCE.job_name,
        trigger=inngest.TriggerEvent(event=MAINTENANCE.event_name),
        retries=RETRIES,
        on_failure=run_failed(services, MAINTENANCE),
        **limits_of(services.settings, concurrency=1),
    )
    def maintain(ctx: inngest.ContextSync) -> Any:  # noqa: ANN401 - JSON, as the SDK takes it
        call = read_call(ctx.run_id, ctx.attempt, ctx.event)
        ended = read_report(ctx.step.run(MAINTAIN, as_step(lambda: maintain_step(services, call))))
        if ended.end is None:
            ended = _again(ctx, services, call, ended)
        summary = run_summary(call.run_id, call.dispatch_key, ended)
        if ended.end is not None and ended.end.status is RunStatus.FAILED:
            raise inngest.NonRetriableError(f"Every item of maintenance failed: {ended.end.error}")
        return summary

    return maintain


def _again(ctx: inngest.ContextSync, services: Services, call: RunCall, first: StepReport) -> StepReport:
    """Run each item that failed in a step of its own, which the engine retries; then close the run."""
    again: dict[str, StepReport] = {}
    given_up: dict[str, str] = {}
    for name in failed_items(first):
        body = as_step(lambda name=name: item_step(services, call, name))  # type: ignore[misc]
        try:
            again[name] = read_report(ctx.step.run(MAINTAIN_ITEM.format(item=name), body))
        except inngest.StepError as error:
            given_up[name] = error.message
    closing = as_step(lambda: close_step(services, call, first, again, given_up))
    return read_report(ctx.step.run(CLOSE, closing))
