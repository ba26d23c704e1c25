"""What the engine's call says: which run, which attempt, for which tick."""

from dataclasses import dataclass
from datetime import datetime

from lib.status.run_status import RunSource


@dataclass(frozen=True, slots=True, kw_only=True)
class TickReference:
    """The tick whose event started a run."""

    dispatch_key: str
    """The ledger's key of its window, without a generation."""
    generation: int
    event_id: str | None
    requested_at: datetime
    """When the tick came, by the shared clock."""
    correlation_id: str | None
    window_start: datetime | None
    window_seconds: int | None
    """Both None when the event does not name its window."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunCall:
    """One call of the engine for one run."""

    run_id: str
    """The engine's."""
    attempt: int
    """Zero-based, of the step that is called; starts again after each finished step (inngest-wire §2)."""
    tick: TickReference | None
    """None for a call without a dispatch key: the dashboard's Invoke, which is no tick's."""
    forced: bool
    """Whether it is to work in spite of its age (a dashboard's Replay)."""

    @property
    def source(self) -> RunSource:
        """What the run's row says of its origin."""
        return RunSource.MANUAL if self.tick is None else RunSource.INNGEST

    @property
    def dispatch_key(self) -> str:
        """What the run's row says of its tick."""
        return f"manual:{self.run_id}" if self.tick is None else self.tick.dispatch_key
