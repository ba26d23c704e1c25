"""What both functions tell the engine about when and how often they may run (design §6)."""

from datetime import timedelta
from typing import Final, TypedDict

import inngest

from lib.settings import Settings

IDEMPOTENCY: Final = "event.data.dispatchKey"
FINISH: Final = timedelta(minutes=30)
"""From a run's first call; the engine cancels it then, which calls no failure function."""


class Limits(TypedDict):
    """The arguments of `create_function` that limit its runs."""

    concurrency: list[inngest.Concurrency]
    idempotency: str
    timeouts: inngest.Timeouts


def limits_of(settings: Settings, *, concurrency: int) -> Limits:
    """The limits of a function of which `concurrency` steps may run at once."""
    return Limits(
        concurrency=[inngest.Concurrency(limit=concurrency)],
        idempotency=IDEMPOTENCY,
        timeouts=inngest.Timeouts(
            start=timedelta(seconds=settings.background_jobs_max_event_age_seconds), finish=FINISH
        ),
    )
