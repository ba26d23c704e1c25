"""A job's states, and a job in the hands of a worker."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class JobStatus(StrEnum):
    """How a job stands; the stored strings (design §7)."""

    SCHEDULED = "scheduled"
    """Not due yet."""
    PENDING = "pending"
    """Due; can be claimed."""
    RUNNING = "running"
    """Held under a lease; begun once `started_at` is set."""
    SUCCEEDED = "succeeded"
    DEAD = "dead"
    """Given up, kept with payload and error until an operator retries or discards it."""
    DISCARDED = "discarded"
    """Thrown away by an operator, or superseded by a job with the same dedupe key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedJob:
    """A job under a lease of ours."""

    id: int
    token: UUID
    """The fencing token: whoever lost it may change the job no more (failure L6)."""
    workspace_id: UUID | None
    kind: str
    payload: str
    """JSON as stored; checked against the kind's model before the handler sees it."""
    attempt: int
    """Handlers of this job that returned or raised before."""
    crashes: int
    max_attempts: int
    reschedules: int
    created_at: datetime
