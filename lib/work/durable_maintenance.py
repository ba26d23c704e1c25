"""The maintenance responsibility in steps: all items in one, then those that failed one by one."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lib.clock import Deadline
from lib.maintenance.maintenance import run_item, verdict
from lib.services import Services
from lib.status.run_status import RunStatus
from lib.work.call import RunCall
from lib.work.durable import Part, perform
from lib.work.responsibilities import MAINTENANCE, RUN_STATUS, Outcome
from lib.work.step_report import StepReport


def maintain_step(services: Services, call: RunCall) -> StepReport:
    """Run every item; end the run unless some failed. Raises RunDeferred, StepBroken."""

    def work(services: Services) -> Part:
        outcome = MAINTENANCE.work(services, _deadline(services))
        went_well = outcome.status is RunStatus.SUCCEEDED
        return Part(result=outcome.summary, outcome=outcome if went_well else None)

    return perform(services, MAINTENANCE, call, work, begun=False)


def failed_items(report: StepReport) -> tuple[str, ...]:
    """The items that failed in `report`, in the order in which they ran."""
    return tuple(name for name, item in report.result.get("items", {}).items() if not item["ok"])


def item_step(services: Services, call: RunCall, name: str) -> StepReport:
    """Run one item again that failed. Raises RunDeferred, and StepBroken when it fails again."""

    def work(services: Services) -> Part:
        return Part(result=run_item(services, _deadline(services), name).as_json())

    return perform(services, MAINTENANCE, call, work, begun=True)


def close_step(
    services: Services,
    call: RunCall,
    first: StepReport,
    again: Mapping[str, StepReport],
    given_up: Mapping[str, str],
) -> StepReport:
    """End the run with what its items came to.

    `again` went well when they ran again, `given_up` failed for good, each with its error. Raises StepBroken.
    """
    items: dict[str, Any] = {
        **first.result["items"],
        **{name: report.result for name, report in again.items()},
        **{name: {**first.result["items"][name], "error": error} for name, error in given_up.items()},
    }
    status = verdict([item["ok"] for item in items.values()])
    outcome = Outcome(
        status=RUN_STATUS[status],
        summary={"status": status, "items": items},
        error="; ".join(f"{name}: {items[name]['error']}" for name in given_up) or None,
    )
    alone = replace(MAINTENANCE, lease=None)  # nothing is maintained any more
    return perform(services, alone, call, lambda _services: Part(outcome=outcome), begun=True)


def _deadline(services: Services) -> Deadline:
    return Deadline.after_ms(services.clock, services.settings.background_job_cron_time_budget_ms)
