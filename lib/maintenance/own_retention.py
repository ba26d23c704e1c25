"""`ownRetention`: Everytick's own ledgers past their retention (failure L13).

Dead jobs stay until an operator retries or discards them; a run that is still open stays whatever its age.
"""

from typing import Final

from lib.clock import Deadline
from lib.inngest_signature import SKEW_SECONDS
from lib.maintenance.item import ItemResult, MaintenanceItem
from lib.maintenance.pruning import Pruning, prune
from lib.services import Services

JOBS: Final = Pruning(
    table="jobs",
    key="id",
    due="finished_at < everytick_now() - %s * interval '1 day' AND status <> 'dead'",
    size=1_000,
)
RUNS: Final = Pruning(
    table="runs",
    key="job_name, run_id",
    due="finished_at < everytick_now() - %s * interval '1 day'",
    size=1_000,
)
DISPATCHES: Final = Pruning(
    table="dispatches",
    key="dispatch_key",
    due="last_tick_at < everytick_now() - %s * interval '1 day'",
    size=1_000,
)
CONTROL_CHANGES: Final = Pruning(
    table="control_changes",
    key="id",
    due="changed_at < everytick_now() - 10 * %s * interval '1 day'",
    size=1_000,
)
BREAKER_CHANGES: Final = Pruning(
    table="breaker_changes",
    key="id",
    due="changed_at < everytick_now() - 10 * %s * interval '1 day'",
    size=1_000,
)
HEARD_CALLS: Final = Pruning(
    table="heard_calls",
    key="signature_hash",
    # Twice as long as a signature may be off our clock, either way.
    due="heard_at < everytick_now() - 4 * %s * interval '1 second'",
    size=1_000,
)
REGISTRATIONS: Final = Pruning(
    table="registrations",
    key="app_id, env, url, configuration_hash",
    # The latest one counts however old it is.
    due="registered_at < everytick_now() - 10 * %s * interval '1 day' AND EXISTS (SELECT FROM registrations l"
    " WHERE l.app_id = registrations.app_id AND l.env = registrations.env"
    " AND l.registered_at > registrations.registered_at)",
    size=1_000,
)


def _retain(services: Services, deadline: Deadline) -> ItemResult:
    jobs = (services.settings.finished_job_retention_days,)
    runs = (services.settings.run_retention_days,)
    parts = {
        "jobs": prune(services, deadline, JOBS, jobs),
        "runs": prune(services, deadline, RUNS, runs),
        "dispatches": prune(services, deadline, DISPATCHES, runs),
        "controlChanges": prune(services, deadline, CONTROL_CHANGES, runs),
        "breakerChanges": prune(services, deadline, BREAKER_CHANGES, runs),
        "heardCalls": prune(services, deadline, HEARD_CALLS, (SKEW_SECONDS,)),
        "registrations": prune(services, deadline, REGISTRATIONS, runs),
    }
    return ItemResult(
        counts={name: part.counts["pruned"] for name, part in parts.items()},
        remaining=sum(part.remaining for part in parts.values()),
    )


OWN_RETENTION: Final = MaintenanceItem(name="ownRetention", run=_retain)
