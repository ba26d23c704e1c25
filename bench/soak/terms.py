"""The terms of a soak: how fast its time runs, what the law then allows, and the instances' environment.

The shared clock runs SPEED times as fast as the machine's: a window of 15 s lasts half a second. Everything
that goes by the shared clock (windows, leases, grace, ages of events, a job's next try) is that much faster,
and what an instance measures by its own clock is not: heartbeats, send deadlines and budgets. So those are
set shorter by hand, so that a lease of 30 s (one second here) still sees four beats. A clock that jumped by a
window at a time would end every lease at each jump, which no real clock does: it would test nothing else.
"""

from datetime import timedelta
from typing import Final

from tests.conftest import CRON_SECRET
from tests.durable import PRODUCTION

SPEED: Final = 30
"""Seconds of the shared clock in one of the machine's."""
WINDOW_SECONDS: Final = 15
GRACE_SECONDS: Final = 60
LEASE_SECONDS: Final = 30
STUCK_SECONDS: Final = 60
SILENT_SECONDS: Final = STUCK_SECONDS + 60 + 2 * WINDOW_SECONDS
"""After which a run is closed that was not heard of since, nor since the retry that it announced: the minute
beside, and a tick to do it."""
INLINE_BUDGET_SECONDS: Final = 10
"""Of the machine's: the least that the settings allow."""
WINDOW_REAL_SECONDS: Final = WINDOW_SECONDS / SPEED
LEASE_REAL_SECONDS: Final = LEASE_SECONDS / SPEED

BOUND: Final = timedelta(seconds=GRACE_SECONDS + 2 * WINDOW_SECONDS + INLINE_BUDGET_SECONDS * SPEED)
"""Within which a tick has to be covered (design §11), by the shared clock: grace, two windows and the inline
budget, which an instance measures by its own clock."""

SETTINGS: Final = {
    "BACKGROUND_JOBS_DISPATCH_WINDOW_SECONDS": str(WINDOW_SECONDS),
    "BACKGROUND_JOBS_DISPATCH_GRACE_SECONDS": str(GRACE_SECONDS),
    "BACKGROUND_JOBS_STUCK_RUN_SECONDS": str(STUCK_SECONDS),
    "BACKGROUND_JOB_LEASE_MS": str(LEASE_SECONDS * 1000),
    "BACKGROUND_JOB_HEARTBEAT_MS": "250",
    # What a sender may take has to fit into the time after which its window is taken over (15 s and this).
    "BACKGROUND_JOBS_SEND_DEADLINE_MS": "400",
    "BACKGROUND_JOBS_INLINE_BUDGET_MS": str(INLINE_BUDGET_SECONDS * 1000),
    "BACKGROUND_JOB_CRON_TIME_BUDGET_MS": str(INLINE_BUDGET_SECONDS * 1000),
    "BACKGROUND_JOBS_MAX_DURATION_SECONDS": "30",
    "BACKGROUND_JOB_TIMEOUT_MS": "4000",
    "DATABASE_STATEMENT_TIMEOUT_MS": "2000",
    "SMTP_TIMEOUT_MS": "3500",
}


def instance_environment(*, database_url: str, redis_url: str | None, engine_url: str) -> dict[str, str]:
    """A production deployment's, with an Inngest server of its own."""
    return {
        **PRODUCTION,
        **SETTINGS,
        **({"REDIS_URL": redis_url} if redis_url else {}),
        "DATABASE_URL": database_url,
        "CRON_SECRET": CRON_SECRET,
        "INNGEST_SELF_HOSTED": "true",
        "INNGEST_BASE_URL": engine_url,
    }
