"""The durable function `process-background-jobs`: drains the queue, one step when it is soon empty."""

from typing import Any, Final

import inngest

from inngest_functions.durable_step import as_step, read_report, run_summary
from inngest_functions.limits import limits_of
from inngest_functions.run_failed import run_failed
from inngest_functions.tick_event import read_call
from lib.services import Services
from lib.work.call import RunCall
from lib.work.durable_process import drain_beside, drain_step
from lib.work.responsibilities import PROCESS
from lib.work.run_error import StepsMissing
from lib.work.step_report import StepReport

DRAIN: Final = "drain"
DRAIN_BESIDE: Final = "drain-beside-{number}"
"""Step ids are a contract with the engine's memory of running runs: a test pins them."""
RETRIES: Final = 5


def process_background_jobs(client: inngest.Inngest, services: Services) -> inngest.Function[Any]:
    """The function, defined on `client`."""
    settings = services.settings

    @client.create_function(
        fn_id=PROCESS.job_name,
        trigger=inngest.TriggerEvent(event=PROCESS.event_name),
        retries=RETRIES,
        on_failure=run_failed(services, PROCESS),
        **limits_of(settings, concurrency=settings.background_jobs_inngest_concurrency),
    )
    def process(ctx: inngest.ContextSync) -> Any:  # noqa: ANN401 - JSON, as the SDK takes it
        call = read_call(ctx.run_id, ctx.attempt, ctx.event)
        rounds: list[list[StepReport]] = []
        while (drained := _drain(ctx, services, call, rounds)).end is None:
            rounds.append([drained])
            if drained.beside:
                rounds.append(_drain_beside(ctx, services, call, rounds, count=drained.beside))
        return run_summary(call.run_id, call.dispatch_key, drained)

    return process


def _drain(
    ctx: inngest.ContextSync, services: Services, call: RunCall, rounds: list[list[StepReport]]
) -> StepReport:
    earlier = list(rounds)
    body = as_step(lambda: drain_step(services, call, earlier=earlier))
    return read_report(ctx.step.run(DRAIN, body))


def _drain_beside(
    ctx: inngest.ContextSync,
    services: Services,
    call: RunCall,
    rounds: list[list[StepReport]],
    *,
    count: int,
) -> list[StepReport]:
    """Several drains side by side. Raises StepsMissing when the engine comes back with fewer.

    The SDK swallows a step that it no longer finds and would end the run as a success (inngest-wire §8).
    """
    earlier = list(rounds)
    body = as_step(lambda: drain_beside(services, call, earlier=earlier))

    def planned(number: int) -> Any:  # noqa: ANN401 - JSON
        return ctx.step.run(DRAIN_BESIDE.format(number=number), body)

    memos = ctx.group.parallel(tuple(lambda n=n: planned(n) for n in range(1, count + 1)))  # type: ignore[misc]
    if len(memos) < count:
        raise StepsMissing
    return [read_report(memo) for memo in memos]
