"""Whether the queue is being worked off: a cutover begins without a backlog."""

from lib.jobs.health import queue_health
from lib.preflight.check import Check, CheckName, not_ok, ok
from lib.preflight.subject import Subject


def check_queue(subject: Subject) -> Check:
    """The oldest due job is younger than the alert."""
    settings = subject.services.settings
    with subject.reading() as connection:
        health = queue_health(connection, settings)
    alert = settings.background_job_stale_queue_alert_minutes
    age = health.oldest_due_age_seconds
    oldest = "nothing waits" if age is None else f"the oldest for {age:.0f} s"
    seen = f"{health.due} jobs due, {oldest}; the alert is at {alert} minutes. Dead: {health.dead}."
    if not health.stale:
        return ok(CheckName.QUEUE, seen)
    return not_ok(
        CheckName.QUEUE,
        seen,
        cure="Work it off first: `flask jobs drain`; "
        f"`flask jobs show {health.oldest_due_id}` has the oldest.",
    )
