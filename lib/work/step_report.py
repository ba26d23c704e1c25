"""What a step of a durable run gives back: the engine keeps it and hands it in again at each later call."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer
from pydantic.alias_generators import to_camel

from lib.clock import iso
from lib.status.run_status import RunStatus
from lib.work.standing import RunVerdict

Instant = Annotated[datetime, PlainSerializer(iso)]
"""A timezone-aware instant in the contracts' format."""


class Memo(BaseModel):
    """Something that goes to the engine and comes back; unknown fields of another version are ignored."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel, validate_by_name=True, extra="ignore")


class RunEnd(Memo):
    """How the run ended."""

    status: RunStatus
    reason: RunVerdict | None = None
    """Why nothing was done; None when the work was."""
    finished_at: Instant | None = None
    """By the database's clock; None when another call of the engine closed the run."""
    duration_ms: int | None = None
    """From the run's first start to its end, waits for retries included; not that of a replay."""
    error: str | None = None
    summary: dict[str, Any] | None = None
    """The whole run's public summary (design §7, §8)."""


class StepReport(Memo):
    """One finished step."""

    started_at: Instant
    """The run's first start, by the database's clock."""
    result: dict[str, Any]
    """What this step did; empty when nothing was to be done."""
    beside: int = Field(default=0, ge=0)
    """How many steps side by side come next; 0: a single one, or none."""
    end: RunEnd | None = None
    """None: the run goes on."""

    def as_memo(self) -> dict[str, Any]:
        """The JSON that the engine keeps."""
        return self.model_dump(mode="json", by_alias=True)
