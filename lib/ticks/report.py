"""What a tick answers (design §5)."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from lib.clock import iso
from lib.status.run_status import RunStatus
from lib.ticks.decision import TickMode, TickReason
from lib.ticks.sent import Sent
from lib.work.execute import Execution


@dataclass(frozen=True, slots=True, kw_only=True)
class TickReport:
    """How one tick went."""

    mode: TickMode
    reason: TickReason
    dispatch_key: str
    requested_at: datetime
    """When the tick came, by the shared clock."""
    finished_at: datetime
    degraded: bool
    sent: Sent = field(default_factory=Sent)
    executions: dict[str, Execution] = field(default_factory=dict)
    """By the responsibility's name; empty when nothing was done inline."""

    @property
    def failed(self) -> dict[str, Execution]:
        """The executions that failed."""
        return {
            name: execution
            for name, execution in self.executions.items()
            if execution.status is RunStatus.FAILED
        }

    def as_json(self) -> dict[str, Any]:
        """Exactly the fields of design §5."""
        return {
            "success": not self.failed,
            "mode": self.mode,
            "reason": self.reason,
            "dispatchKey": self.dispatch_key,
            "requestedAt": iso(self.requested_at),
            "timestamp": iso(self.finished_at),
            "degraded": self.degraded,
            "enqueued": self.sent.error is None and bool(self.sent.event_names),
            "enqueuedEvents": list(self.sent.event_names),
            "eventIds": list(self.sent.event_ids),
            "enqueueError": self.sent.error.as_json() if self.sent.error else None,
            "process": self._summary("process"),
            "maintenance": self._summary("maintenance"),
        }

    def _summary(self, name: str) -> dict[str, Any] | None:
        execution = self.executions.get(name)
        return execution.summary if execution else None
