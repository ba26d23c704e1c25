"""What is fixed about the cutover that is rehearsed: its windows, its law, and the deployment's settings."""

from datetime import timedelta
from typing import Final

WINDOW_SECONDS: Final = 60
GRACE_SECONDS: Final = 180
INLINE_BUDGET_SECONDS: Final = 60
BOUND: Final = timedelta(seconds=GRACE_SECONDS + 2 * WINDOW_SECONDS + INLINE_BUDGET_SECONDS)
"""Within which each tick is covered (design §11): grace, two windows, the inline budget."""
CRON_SECRET: Final = "rehearsal-cron-secret-0123456789"  # noqa: S105  # of a deployment that lasts a minute
SIGNING_KEY: Final = f"signkey-prod-{'0123456789abcdef' * 4}"
"""Made up, and known to the stub alone."""
EVENT_KEY: Final = "rehearsal-event-key-0123456789"
SETTINGS: Final = {
    "DEPLOYMENT": "production",
    "CRON_SECRET": CRON_SECRET,
    "INNGEST_SELF_HOSTED": "true",
    "INNGEST_SIGNING_KEY": SIGNING_KEY,
    "INNGEST_EVENT_KEY": EVENT_KEY,
    "BACKGROUND_JOBS_USE_INNGEST": "true",
    "BACKGROUND_JOBS_DISPATCH_WINDOW_SECONDS": str(WINDOW_SECONDS),
    "BACKGROUND_JOBS_DISPATCH_GRACE_SECONDS": str(GRACE_SECONDS),
    "BACKGROUND_JOBS_INLINE_BUDGET_MS": str(INLINE_BUDGET_SECONDS * 1000),
    # A smaller sample in less time than by default, so that a rehearsal stays short; judged alike.
    "BACKGROUND_JOBS_ROLLOUT_MIN_WINDOWS": "5",
    "BACKGROUND_JOBS_ROLLOUT_MIN_MINUTES": "20",
}
"""Those of a production deployment, all but the last two at their defaults; its engine is on this machine."""
