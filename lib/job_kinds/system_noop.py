"""`system.noop`: nothing, for probes and benchmarks (design §3)."""

import time

from pydantic import BaseModel, ConfigDict, Field

from lib.jobs.kind import RunningJob, job_kind
from lib.jobs.outcomes import Permanent
from lib.services import Services


class NoopPayload(BaseModel):
    """How long to take and how to end."""

    model_config = ConfigDict(
        extra="forbid", alias_generator=lambda name: "sleepMs" if name == "sleep_ms" else name
    )

    sleep_ms: int = Field(0, ge=0, le=600_000)
    fail: str | None = None
    """None: succeed. `permanent`: dead at once. Anything else: fail with this text."""


@job_kind("system.noop", payload=NoopPayload)
def noop(payload: NoopPayload, _job: RunningJob, _services: Services) -> None:
    """Sleep, then end as asked."""
    time.sleep(payload.sleep_ms / 1000)
    if payload.fail == "permanent":
        raise Permanent("asked to fail for good")
    if payload.fail is not None:
        raise RuntimeError(payload.fail)
