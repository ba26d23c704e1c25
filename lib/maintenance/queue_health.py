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

STUCK_RUNS: Final = """
SELECT count(*) FROM runs
WHERE status = 'running' AND beat_at < everytick_now() - %s * interval '1 second'
  AND coalesce(retry_at + interval '1 minute' < everytick_now(), true)
"""
UNEXECUTED: Final = "SELECT count(*) FROM dispatch_lines WHERE state = 'unexecuted'"
SECONDS_BETWEEN_TICKS: Final = """
SELECT extract(epoch FROM everytick_now() - max(last_tick_at))::float
FROM (SELECT last_tick_at FROM dispatches ORDER BY last_tick_at DESC OFFSET 1 LIMIT 1) AS previous
"""
"""How long the tick before this one is ago; nothing when this is the first."""


def _judge(services: Services, _deadline: Deadline) -> ItemResult:
    settings = services.settings
    with services.store.transaction() as connection:
        queue = queue_health(connection, settings)
        ((stuck,),) = connection.execute(STUCK_RUNS, (settings.background_jobs_stuck_run_seconds,)).fetchall()
        ((unexecuted,),) = connection.execute(UNEXECUTED).fetchall()
        missing = _missing_ticks(services, connection)
    if queue.stale:
        structlog.get_logger().error(
            LogEvent.QUEUE_STALE,
            due=queue.due,
            oldest_due_id=queue.oldest_due_id,
            oldest_due_kind=queue.oldest_due_kind,
            oldest_due_age_seconds=queue.oldest_due_age_seconds,
        )
    return ItemResult(
        counts={
            **queue.as_json(),
            "stuckRuns": stuck,
            "unexecutedLines": unexecuted,
            "missingTicks": missing,
        }
    )


def _missing_ticks(services: Services, connection: Connection) -> int | None:
    """How many windows passed without a tick before this one; None outside production, which has no cron."""
    if services.environment.kind is not DeploymentKind.PRODUCTION:
        return None
    ((seconds,),) = connection.execute(SECONDS_BETWEEN_TICKS).fetchall()
    if seconds is None:
        return 0
    return max(0, int(seconds / services.settings.background_jobs_dispatch_window_seconds) - 1)


QUEUE_HEALTH: Final = MaintenanceItem(name="queueHealth", run=_judge)
