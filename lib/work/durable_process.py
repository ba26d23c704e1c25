"""The process responsibility in steps: drains until the queue is empty, or limit or budget is used."""

from collections.abc import Sequence
from itertools import chain
from typing import Any, Final

from lib.clock import Deadline
from lib.jobs.summary import StoppedBecause
from lib.services import Services
from lib.settings import LEAST_BUDGET_MS, Settings
from lib.work.call import RunCall
from lib.work.durable import Part, perform
from lib.work.responsibilities import PROCESS, Outcome
from lib.work.step_report import StepReport

Rounds = Sequence[Sequence[StepReport]]
"""The drains done so far: one a round, or several that ran side by side."""
GOES_ON: Final = frozenset({StoppedBecause.LIMIT, StoppedBecause.SHUTDOWN})
"""Ends of a drain after which another follows: of the same instance, or of one that was not told to end."""
OF_THE_LAST: Final = ("remaining", "stoppedBecause")
"""What a run's summary takes from its last drain; everything else adds up."""


def drain_step(services: Services, call: RunCall, *, earlier: Rounds) -> StepReport:
    """Drain once, and end the run unless jobs are left and steps and time for another drain.

    What follows is decided here and kept by the engine: a deploy between two steps may change the settings.
    Raises StepBroken.
    """

    def work(services: Services) -> Part:
        budget_ms = _budget_left_ms(services.settings, earlier)
        outcome = PROCESS.work(services, Deadline.after_ms(services.clock, budget_ms))
        drained = outcome.summary
        steps_left = services.settings.background_jobs_max_drain_steps - sum(map(len, earlier)) - 1
        goes_on = (
            steps_left > 0
            and drained["stoppedBecause"] in GOES_ON
            and drained["remaining"] > 0
            and budget_ms - drained["durationMs"] >= LEAST_BUDGET_MS
        )
        if not goes_on:
            return Part(result=drained, outcome=_whole(outcome, earlier))
        beside = _drains_beside(services.settings, drained["remaining"], steps_left=steps_left)
        return Part(result=drained, beside=beside)

    return perform(services, PROCESS, call, work, begun=bool(earlier))


def drain_beside(services: Services, call: RunCall, *, earlier: Rounds) -> StepReport:
    """One of several drains side by side; a drain after them ends the run. Raises StepBroken."""

    def work(services: Services) -> Part:
        budget_ms = _budget_left_ms(services.settings, earlier)
        return Part(result=PROCESS.work(services, Deadline.after_ms(services.clock, budget_ms)).summary)

    return perform(services, PROCESS, call, work, begun=True)


def _drains_beside(settings: Settings, remaining: int, *, steps_left: int) -> int:
    """How many drains to run side by side next: 0 unless the backlog is deep.

    Deep: more is left than another drain may claim. One step is kept for the drain that ends the run.
    """
    if remaining <= settings.background_job_cron_limit:
        return 0
    return min(settings.background_jobs_parallel_drains, steps_left - 1)


def _whole(outcome: Outcome, earlier: Rounds) -> Outcome:
    """The whole run's outcome: `outcome` of its last drain with what the others did.

    A drain of another version may lack a count of this one.
    """
    summary: dict[str, Any] = dict(outcome.summary)
    for report in chain.from_iterable(earlier):
        for name in summary.keys() - set(OF_THE_LAST):
            summary[name] += report.result.get(name, 0)
    return Outcome(status=outcome.status, summary=summary, error=outcome.error)


def _budget_left_ms(settings: Settings, earlier: Rounds) -> int:
    """What is left of the run's budget; waits between its steps don't count."""
    spent: int = sum(max(report.result.get("durationMs", 0) for report in round_) for round_ in earlier)
    return max(0, settings.background_job_cron_time_budget_ms - spent)
