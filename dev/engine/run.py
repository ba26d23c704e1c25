"""One run: what the engine remembers of it, and what it tells about it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from dev.engine.configuration import FunctionConfiguration
from dev.engine.event import EngineEvent

FIRST_VERSION = -1
"""The request version until the SDK has named its own in a 206 (recorded)."""


class RunStatus(StrEnum):
    """Where a run stands."""

    QUEUED = "queued"
    """No request was made yet."""
    RUNNING = "running"
    """At least one was."""
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    """By an event, by hand or by a time-out; no failure function runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineRun:
    """A run as it stood when asked for."""

    run_id: str
    function_id: str
    event: dict[str, Any]
    status: RunStatus
    result: Any
    """None unless completed."""
    error: dict[str, Any] | None
    """`{error, message, name, stack?}` as the failure event has it; None unless failed."""
    requests: int
    """Made for this run, lost ones included; second deliveries of one are not counted."""
    executed_steps: int
    """Outcomes and errors of steps, sleeps and waits that the engine took: what is billed beside the run."""
    queued_at: datetime
    started_at: datetime | None
    """Of the first request."""
    ended_at: datetime | None


@dataclass(slots=True, kw_only=True)
class RunState:
    """A run as it goes on; the engine alone changes it."""

    run_id: str
    order: int
    """Counts the engine's runs; older ones go first."""
    function: FunctionConfiguration
    event: EngineEvent
    queued_at: datetime
    status: RunStatus = RunStatus.QUEUED
    started_at: datetime | None = None
    ended_at: datetime | None = None
    result: Any = None
    error: dict[str, Any] | None = None
    requests: int = 0
    executed_steps: int = 0
    version: int = FIRST_VERSION
    memos: dict[str, Any] = field(default_factory=dict)
    """What later requests carry as `steps`."""
    stack: list[str] = field(default_factory=list)
    """Ids of finished steps in the order of their ends."""
    group: set[str] = field(default_factory=set)
    """Ids of the ops that are under way; the last one's end brings the next discovery."""
    in_parallel: bool = False
    """Whether the group had more than one: nothing new is executed at once until it joins."""

    @property
    def ended(self) -> bool:
        """Whether nothing more happens in it."""
        return self.ended_at is not None

    def end(self, status: RunStatus, at: datetime) -> None:
        """Close it."""
        self.status, self.ended_at = status, at

    def remember(self, step_id: str, memo: Any) -> None:
        """Keep a finished step for all later requests."""
        self.memos[step_id] = memo
        self.stack.append(step_id)
        self.group.discard(step_id)
        if not self.group:
            self.in_parallel = False

    def snapshot(self) -> EngineRun:
        """How it stands now."""
        return EngineRun(
            run_id=self.run_id,
            function_id=self.function.id,
            event=self.event.wire(),
            status=self.status,
            result=self.result,
            error=self.error,
            requests=self.requests,
            executed_steps=self.executed_steps,
            queued_at=self.queued_at,
            started_at=self.started_at,
            ended_at=self.ended_at,
        )
