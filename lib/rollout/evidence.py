"""What a stage of the rollout has shown so far, from the ledger and the record of runs (design §10)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from lib.clock import iso
from lib.rollout.stages import next_stage


class Way(StrEnum):
    """How a tick's work was done."""

    INNGEST = "inngest"
    """By a run of its durable function."""
    INLINE = "inline"
    """In the tick itself, for whatever reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How a duration is spread, in seconds; None where there is none."""

    p50: float | None = None
    p95: float | None = None
    max: float | None = None

    def as_json(self) -> dict[str, float | None]:
        """The public shape."""
        return {"p50": self.p50, "p95": self.p95, "max": self.max}


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkEvidence:
    """How one responsibility's work went one way."""

    windows: int = 0
    """Those whose work was asked for this way."""
    executed: int = 0
    """In time, by their own run; inline: whose run ended well."""
    failed: int = 0
    """Refused, never executed, given up or fallen silent; inline: whose run failed."""
    late: int = 0
    """Neither executed nor failed for longer than a window may take: done by others, or not yet."""
    runs: int = 0
    """Runs that ended, those that found nothing to do left out."""
    degraded: int = 0
    retried: int = 0
    """Runs that needed more than one attempt."""
    jobs: int = 0
    """Jobs that runs processed."""
    failed_jobs: int = 0
    """Attempts of jobs that failed, whether they are tried again or not."""
    to_start: Spread = field(default_factory=Spread)
    """From dispatch to start."""
    to_end: Spread = field(default_factory=Spread)
    """From dispatch to end."""
    run: Spread = field(default_factory=Spread)
    """From start to end."""

    @property
    def judged(self) -> int:
        """Windows of which it is known what became of them."""
        return self.executed + self.failed + self.late

    @property
    def executed_percent(self) -> float | None:
        """Of those judged; None while none is."""
        return percent_of(self.executed, self.judged)

    @property
    def retried_percent(self) -> float | None:
        """Of the runs; None without any."""
        return percent_of(self.retried, self.runs)

    @property
    def degraded_percent(self) -> float | None:
        """Of the runs; None without any."""
        return percent_of(self.degraded, self.runs)

    @property
    def failed_jobs_percent(self) -> float | None:
        """Of the jobs; None without any."""
        return percent_of(self.failed_jobs, self.jobs)

    def as_json(self) -> dict[str, Any]:
        """The public shape."""
        return {
            "windows": self.windows,
            "judged": self.judged,
            "executed": self.executed,
            "failed": self.failed,
            "late": self.late,
            "executedPercent": self.executed_percent,
            "runs": self.runs,
            "degraded": self.degraded,
            "retried": self.retried,
            "jobs": self.jobs,
            "failedJobs": self.failed_jobs,
            "secondsToStart": self.to_start.as_json(),
            "secondsToEnd": self.to_end.as_json(),
            "secondsOfRun": self.run.as_json(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectEvidence:
    """What keeps effects from happening twice, and whether any did."""

    doubled: int = 0
    """Rows that share what may occur once; counted where a unique index is gone: elsewhere there is none."""
    missing_keys: tuple[str, ...] = ()
    """Unique indexes that are gone or invalid."""

    def as_json(self) -> dict[str, Any]:
        """The public shape."""
        return {"doubled": self.doubled, "missingKeys": list(self.missing_keys)}


class Obstacle(StrEnum):
    """Why no window goes to Inngest by its share, whatever a gate says."""

    FLAG_OFF = "flag_off"
    """BACKGROUND_JOBS_USE_INNGEST is false."""
    MODE_INLINE = "mode_inline"
    """`dispatch.mode` is inline: an operator, or the tick itself, went back."""
    MODE_INNGEST = "mode_inngest"
    """`dispatch.mode` is inngest: every window goes, and no share is tried."""
    CONTROL_UNREADABLE = "control_unreadable"
    """What somebody set cannot be read, so that every tick works inline."""
    INNGEST_UNUSABLE = "inngest_unusable"
    """Keys missing or malformed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StageEvidence:
    """One stage: a percentage that was in force without a break."""

    percent: int
    began_at: datetime | None
    """By the database's clock; None before its first tick."""
    seconds: float
    """Since it began."""
    work: Mapping[tuple[str, Way], WorkEvidence]
    """By responsibility and way; every pair is there."""

    def of(self, responsibility: str, way: Way) -> WorkEvidence:
        """How the work of `responsibility` went that way."""
        return self.work[responsibility, way]

    def as_json(self) -> dict[str, Any]:
        """The public shape."""
        return {
            "percent": self.percent,
            "beganAt": iso(self.began_at) if self.began_at else None,
            "seconds": round(self.seconds),
            "work": [
                {"responsibility": name, "way": way, **one.as_json()}
                for (name, way), one in sorted(self.work.items())
            ],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Everything that the gate goes by."""

    stage: StageEvidence
    """The one that is in force."""
    ceiling: int
    """BACKGROUND_JOBS_INNGEST_PERCENT."""
    obstacle: Obstacle | None
    """None where the share decides."""
    breakers_open: tuple[str, ...]
    """The responsibilities whose breaker is open or half open."""
    breakers_opened: tuple[str, ...]
    """Those of them that windows of this stage opened."""
    effects: EffectEvidence
    oldest_due_seconds: float
    """How long the oldest due job has been due; 0 when none is."""

    @property
    def next_percent(self) -> int | None:
        """The next stage; None at the last."""
        return next_stage(self.stage.percent)

    def as_json(self) -> dict[str, Any]:
        """The public shape."""
        return {
            "stage": self.stage.as_json(),
            "next": self.next_percent,
            "ceiling": self.ceiling,
            "obstacle": self.obstacle,
            "breakersOpen": list(self.breakers_open),
            "breakersOpened": list(self.breakers_opened),
            "effects": self.effects.as_json(),
            "oldestDueSeconds": round(self.oldest_due_seconds, 1),
        }


def percent_of(part: int, whole: int) -> float | None:
    """`part` of `whole` in percent; None of nothing."""
    return round(100 * part / whole, 1) if whole else None
