"""`queueHealth`: the verdicts that must not wait for somebody to look (design §8, failures D3, D4)."""

from typing import Final

import structlog

from lib.clock import Deadline
from lib.environment.decision import DeploymentKind
from lib.jobs.health import queue_health
from lib.log.events import LogEvent
from lib.maintenance.item import ItemResult, MaintenanceItem
from lib.services import Services
from lib.store.store import Connection
from lib.vitals.open_lines import open_lines
from lib.vitals.stuck_runs import stuck_runs
from lib.vitals.tick_arrivals import MISSING_AFTER_WINDOWS, tick_arrivals


def _judge(services: Services, _deadline: Deadline) -> ItemResult:
    settings = services.settings
    with services.store.transaction() as connection:
        queue = queue_health(connection, settings)
        stuck = stuck_runs(connection, stuck_seconds=settings.background_jobs_stuck_run_seconds)
        lines = open_lines(connection, grace_seconds=settings.background_jobs_dispatch_grace_seconds)
        missing = _missing_ticks(services, connection)
    if queue.stale:
        structlog.get_logger().error(
            LogEvent.QUEUE_STALE,
            due=queue.due,
            oldest_due_id=queue.oldest_due_id,
            oldest_due_kind=queue.oldest_due_kind,
            oldest_due_age_seconds=queue.oldest_due_age_seconds,
        )
    if missing is not None and missing >= MISSING_AFTER_WINDOWS:
        structlog.get_logger().error(LogEvent.TICKS_MISSED, windows=missing)
    return ItemResult(
        counts={
            **queue.as_json(),
            "stuckRuns": stuck,
            "unexecutedLines": sum(one.unexecuted for one in lines.values()),
            "missingTicks": missing,
        }
    )


def _missing_ticks(services: Services, connection: Connection) -> int | None:
    """How many windows passed without a tick, before this one or since; None where no cron calls."""
    if services.environment.kind is not DeploymentKind.PRODUCTION:
        return None
    return tick_arrivals(connection, services.settings.background_jobs_dispatch_window_seconds).missed


QUEUE_HEALTH: Final = MaintenanceItem(name="queueHealth", run=_judge)
