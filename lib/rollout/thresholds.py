"""What a stage has to show before the next: the settings of the gate (docs/rollout.md argues for each)."""

from dataclasses import dataclass
from typing import Self

from lib.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """The gate's limits; one that is met exactly is met."""

    min_windows: int
    """Judged windows of each responsibility, in this stage."""
    min_seconds: int
    """In this stage."""
    min_executed_percent: int
    """Of the windows that were sent: executed in time, by their own run."""
    max_start_seconds: int
    """From dispatch to start, at the 95th percentile."""
    max_end_seconds: int
    """From dispatch to end, at the 95th percentile."""
    late_seconds: int
    """After which a window that is neither executed nor failed counts as late."""
    max_run_seconds: int
    """From start to end, at the 95th percentile: the budget of a drain."""
    max_retried_percent: int
    """Of the runs: those that needed more than one attempt."""
    max_worse_points: int
    """Percentage points by which durable work may fail or degrade more often than inline work."""
    max_due_seconds: int
    """How old the oldest due job may be: the age at which the queue counts as stale."""

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The thresholds that `settings` name."""
        return cls(
            min_windows=settings.background_jobs_rollout_min_windows,
            min_seconds=settings.background_jobs_rollout_min_minutes * 60,
            min_executed_percent=settings.background_jobs_rollout_min_executed_percent,
            max_start_seconds=settings.background_jobs_rollout_max_start_seconds,
            max_end_seconds=settings.background_jobs_rollout_max_end_seconds,
            late_seconds=min(
                settings.background_jobs_rollout_max_end_seconds,
                settings.background_jobs_dispatch_grace_seconds,
            ),
            max_run_seconds=settings.background_job_cron_time_budget_ms // 1_000,
            max_retried_percent=settings.background_jobs_rollout_max_retried_percent,
            max_worse_points=settings.background_jobs_rollout_max_worse_points,
            max_due_seconds=settings.background_job_stale_queue_alert_minutes * 60,
        )
