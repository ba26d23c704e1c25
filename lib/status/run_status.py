"""The closed sets of a run: where it came from and how it stands (design §6)."""

from enum import StrEnum


class RunSource(StrEnum):
    """What started a run; the stored strings."""

    INNGEST = "inngest"
    INLINE = "inline"
    INLINE_FALLBACK = "inline-fallback"
    INLINE_RECOVERY = "inline-recovery"
    CLI = "cli"
    MANUAL = "manual"


class RunStatus(StrEnum):
    """How a run stands; the stored strings. All but `running` are final, but for abandoned → succeeded."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    DEGRADED = "degraded"
    """Done, though a part of it failed."""
    FAILED = "failed"
    SUPERSEDED = "superseded"
    """Its tick was covered already; nothing was done."""
    ABANDONED = "abandoned"
    """Fell silent; closed by the watchdog."""


class JobName(StrEnum):
    """The functions' names, which runs, lines and blobs carry."""

    PROCESS = "process-background-jobs"
    MAINTENANCE = "background-maintenance"


class EventName(StrEnum):
    """The events that ask for a function's run (design §6)."""

    PROCESS = "background/process.requested"
    MAINTENANCE = "background/maintenance.requested"
