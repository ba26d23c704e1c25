"""The one registry of responsibilities (design §1.1).

Inline ticks, fallback, recovery, commands and both durable functions iterate RESPONSIBILITIES: a path that
leaves one out cannot be written (failure D1). Each does whatever is due, so it may run at any time.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from lib.clock import Deadline
from lib.jobs.drain import drain
from lib.jobs.summary import StoppedBecause
from lib.maintenance.maintenance import MaintenanceStatus, run_maintenance
from lib.services import Services
from lib.status.run_status import EventName, JobName, RunStatus
from lib.store.lease import LeaseName


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How an execution of a responsibility ended."""

    status: RunStatus
    """succeeded, degraded or failed."""
    summary: dict[str, Any]
    """Its public JSON (design §7, §8)."""
    error: str | None
    """What went wrong, redacted; None when nothing did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Responsibility:
    """Something every tick must get done."""

    name: str
    """Its member in the cron route's answer."""
    job_name: JobName
    event_name: EventName
    """The event that asks its durable function for a run."""
    event_id_prefix: str
    """What the event's id begins with (design §5)."""
    work: Callable[[Services, Deadline], Outcome]
    """Do what is due until the deadline. Raises StoreError."""
    inline_share: float
    """The share of an inline budget that it may use at most."""
    lease: LeaseName | None
    """What is held while it works, so that one does it at a time; None: side by side is fine."""


RUN_STATUS: Final = {
    MaintenanceStatus.SUCCEEDED: RunStatus.SUCCEEDED,
    MaintenanceStatus.DEGRADED: RunStatus.DEGRADED,
    MaintenanceStatus.FAILED: RunStatus.FAILED,
}
"""What a verdict on maintenance means for its run."""


def _maintain(services: Services, deadline: Deadline) -> Outcome:
    summary = run_maintenance(services, deadline)
    return Outcome(
        status=RUN_STATUS[summary.status],
        summary=summary.as_json(),
        error=summary.error,
    )


def _process(services: Services, deadline: Deadline) -> Outcome:
    summary = drain(services, deadline=deadline)
    if summary.stopped_because is StoppedBecause.SHUTDOWN and summary.remaining > 0:
        error = "Told to end: the due jobs that remain are left to the next drain."
        return Outcome(status=RunStatus.DEGRADED, summary=summary.as_json(), error=error)
    return Outcome(status=RunStatus.SUCCEEDED, summary=summary.as_json(), error=None)


MAINTENANCE: Final = Responsibility(
    name="maintenance",
    job_name=JobName.MAINTENANCE,
    event_name=EventName.MAINTENANCE,
    event_id_prefix="bg-maint",
    work=_maintain,
    inline_share=0.5,
    lease=LeaseName.MAINTENANCE,
)
PROCESS: Final = Responsibility(
    name="process",
    job_name=JobName.PROCESS,
    event_name=EventName.PROCESS,
    event_id_prefix="bg-process",
    work=_process,
    inline_share=1.0,
    lease=None,
)
"""Its jobs have leases of their own (design §7)."""

RESPONSIBILITIES: Final = (MAINTENANCE, PROCESS)
"""In the order in which inline work does them: maintenance first, so that a full drain never starves it."""
