"""The queue's health: how much is due, how old the oldest is, what runs past its lease (design §8)."""

from dataclasses import dataclass
from typing import Any, Final

from lib.settings import Settings
from lib.store.store import Connection

COUNT_LIMIT: Final = 100_000
"""Counting stops here, so that its cost is bounded; the number then means "at least"."""

COUNT_DUE: Final = """
SELECT count(*) FROM (
    SELECT 1 FROM (
        SELECT 1 FROM jobs WHERE status = 'pending' AND id > 0
        UNION ALL SELECT 1 FROM jobs WHERE status = 'scheduled' AND run_at <= everytick_now()
    ) AS due LIMIT %s
) AS bounded
"""
OLDEST_DUE: Final = """
SELECT id, kind, extract(epoch FROM everytick_now() - run_at)::float FROM (
    (SELECT id, kind, run_at FROM jobs WHERE status = 'pending' AND id > 0 ORDER BY run_at, id LIMIT 1)
    UNION ALL
    (SELECT id, kind, run_at FROM jobs WHERE status = 'scheduled' AND run_at <= everytick_now()
     ORDER BY run_at, id LIMIT 1)
) AS first ORDER BY run_at, id LIMIT 1
"""
RUNNING: Final = """
SELECT count(*), count(*) FILTER (WHERE lease_expires_at <= everytick_now())
FROM (SELECT lease_expires_at FROM jobs WHERE status = 'running' LIMIT %s) AS bounded
"""
COUNT_DEAD: Final = "SELECT count(*) FROM (SELECT 1 FROM jobs WHERE status = 'dead' LIMIT %s) AS bounded"


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueHealth:
    """What the queue looks like now; counts stop at 100,000."""

    due: int
    oldest_due_id: int | None
    """None when nothing is due."""
    oldest_due_kind: str | None
    oldest_due_age_seconds: float | None
    """Since its run_at."""
    stale: bool
    """Whether the oldest due job is older than BACKGROUND_JOB_STALE_QUEUE_ALERT_MINUTES."""
    running: int
    running_past_lease: int
    """Their workers died or are cut off; the next drain takes them over."""
    dead: int
    """Given up; kept until an operator retries or discards them."""

    @property
    def healthy(self) -> bool:
        """Neither stale nor left behind. Dead jobs are listed, but are a job's trouble, not the queue's."""
        return not self.stale and not self.running_past_lease

    def as_json(self) -> dict[str, Any]:
        """The public shape."""
        return {
            "due": self.due,
            "oldestDueId": self.oldest_due_id,
            "oldestDueKind": self.oldest_due_kind,
            "oldestDueAgeSeconds": self.oldest_due_age_seconds,
            "stale": self.stale,
            "running": self.running,
            "runningPastLease": self.running_past_lease,
            "dead": self.dead,
        }


def count_due(connection: Connection) -> int:
    """How many jobs are due, up to COUNT_LIMIT."""
    ((due,),) = connection.execute(COUNT_DUE, (COUNT_LIMIT,)).fetchall()
    return int(due)


def oldest_due_age(connection: Connection) -> float | None:
    """How long the oldest due job has been due, in seconds; None when none is."""
    oldest = connection.execute(OLDEST_DUE).fetchone()
    return round(float(oldest[2]), 3) if oldest else None


def queue_health(connection: Connection, settings: Settings) -> QueueHealth:
    """Judge the queue by the database's clock."""
    oldest = connection.execute(OLDEST_DUE).fetchone()
    age = round(float(oldest[2]), 3) if oldest else None
    ((running, past_lease),) = connection.execute(RUNNING, (COUNT_LIMIT,)).fetchall()
    ((dead,),) = connection.execute(COUNT_DEAD, (COUNT_LIMIT,)).fetchall()
    return QueueHealth(
        due=count_due(connection),
        oldest_due_id=oldest[0] if oldest else None,
        oldest_due_kind=oldest[1] if oldest else None,
        oldest_due_age_seconds=age,
        stale=age is not None and age > settings.background_job_stale_queue_alert_minutes * 60,
        running=running,
        running_past_lease=past_lease,
        dead=dead,
    )
