"""The gate between two stages: pure, from evidence and thresholds to a verdict with its reasons (design §10).

Each measure is met, missing or breached. One that is breached takes the rollout back, one that is missing
holds it; only when all are met does it advance. docs/rollout.md explains every one.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from lib.rollout.evidence import Evidence, Way, WorkEvidence
from lib.rollout.thresholds import Thresholds

BREACHED_BY: Final = 2
"""Failures that are a breach. One may be a hiccup: it holds the stage until enough others went well."""
RUNS_COMPARED: Final = 10
"""Inline runs that it takes to compare others with them."""
JOBS_COMPARED: Final = 20
"""Jobs that each way must have processed before their failures are compared."""


class Verdict(StrEnum):
    """What to do with the rollout."""

    ADVANCE = "advance"
    """All is met: on to the next stage, or done at the last."""
    HOLD = "hold"
    """Something is missing yet."""
    ROLL_BACK = "roll_back"
    """Something went wrong that more time would not mend: inline from the next tick on."""


class Measure(StrEnum):
    """What the gate looks at."""

    ROAD = "road"
    """Nothing keeps the share from deciding."""
    CEILING = "ceiling"
    """The environment lets the next stage go."""
    BREAKER = "breaker"
    """Responsibilities whose breaker is not closed."""
    MINUTES = "minutes"
    WINDOWS = "windows"
    """Judged ones: sent to Inngest, or ticked inline where nothing is sent yet."""
    EXECUTED = "executed"
    """The share of windows that were done in time by what was asked to."""
    START = "start"
    """From dispatch to start, at the 95th percentile."""
    END = "end"
    """From dispatch to end, at the 95th percentile."""
    RUN = "run"
    """From start to end, at the 95th percentile."""
    RETRIED = "retried"
    """The share of runs that needed more than one attempt."""
    DEGRADED = "degraded"
    """By how much more often runs are degraded than inline ones."""
    FAILED_JOBS = "failed_jobs"
    """By how much more often jobs fail than in inline runs."""
    DOUBLED = "doubled"
    """Effects that happened twice."""
    UNIQUE_KEYS = "unique_keys"
    """Unique indexes that are missing."""
    OLDEST_DUE = "oldest_due"


class Standing(StrEnum):
    """How a measure stands."""

    MET = "met"
    MISSING = "missing"
    BREACHED = "breached"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One measure beside its threshold."""

    measure: Measure
    responsibility: str | None = None
    """None where it is the same for all."""
    seen: float | str | None
    """None where nothing was seen of it yet."""
    needed: float | str
    at_least: bool = False
    """Whether more is better; a text has to be the same."""
    unit: str = ""
    standing: Standing

    def as_json(self) -> dict[str, Any]:
        """The public shape."""
        return {
            "measure": self.measure,
            "responsibility": self.responsibility,
            "seen": self.seen,
            "needed": self.needed,
            "atLeast": self.at_least,
            "unit": self.unit,
            "standing": self.standing,
        }

    @property
    def seen_text(self) -> str:
        """What was seen, with its unit."""
        return "nothing yet" if self.seen is None else f"{_number(self.seen)}{self.unit}"

    @property
    def needed_text(self) -> str:
        """The threshold, with its unit."""
        if isinstance(self.needed, str):
            return self.needed
        return f"{'at least' if self.at_least else 'at most'} {_number(self.needed)}{self.unit}"

    def __str__(self) -> str:
        """For instance `windows (process): 13, at least 20 needed`."""
        whose = f" ({self.responsibility})" if self.responsibility else ""
        return f"{self.measure}{whose}: {self.seen_text}, {self.needed_text} needed"


@dataclass(frozen=True, slots=True, kw_only=True)
class GateDecision:
    """The verdict, and every measure that led to it."""

    verdict: Verdict
    percent: int
    """The stage that was judged."""
    next_percent: int | None
    """None at the last stage."""
    measured: tuple[Measured, ...]

    @property
    def reasons(self) -> tuple[Measured, ...]:
        """Those measures that made the verdict: the breached, else the missing; none to advance."""
        for standing in (Standing.BREACHED, Standing.MISSING):
            if found := tuple(one for one in self.measured if one.standing is standing):
                return found
        return ()

    def as_json(self) -> dict[str, Any]:
        """The public shape."""
        return {
            "verdict": self.verdict,
            "percent": self.percent,
            "next": self.next_percent,
            "reasons": [str(one) for one in self.reasons],
            "measures": [one.as_json() for one in self.measured],
        }


def judge(evidence: Evidence, thresholds: Thresholds) -> GateDecision:
    """Judge the stage that is in force."""
    measured = (*_shared(evidence, thresholds), *_work(evidence, thresholds))
    standings = {one.standing for one in measured}
    if Standing.BREACHED in standings:
        verdict = Verdict.ROLL_BACK
    elif Standing.MISSING in standings:
        verdict = Verdict.HOLD
    else:
        verdict = Verdict.ADVANCE
    return GateDecision(
        verdict=verdict,
        percent=evidence.stage.percent,
        next_percent=evidence.next_percent,
        measured=measured,
    )


def _shared(evidence: Evidence, thresholds: Thresholds) -> Iterator[Measured]:
    """What is the same for every responsibility."""
    yield Measured(
        measure=Measure.ROAD,
        seen=evidence.obstacle or "open",
        needed="open",
        standing=Standing.MISSING if evidence.obstacle else Standing.MET,
    )
    yield _at_least(Measure.CEILING, evidence.ceiling, evidence.next_percent or 0, unit=" %")
    yield _breakers(evidence)
    yield _at_least(Measure.MINUTES, evidence.stage.seconds // 60, thresholds.min_seconds // 60, unit=" min")
    yield _at_most(Measure.DOUBLED, evidence.effects.doubled, 0, otherwise=Standing.BREACHED)
    yield _at_most(Measure.UNIQUE_KEYS, len(evidence.effects.missing_keys), 0, unit=" missing")
    oldest = round(evidence.oldest_due_seconds)
    yield _at_most(Measure.OLDEST_DUE, oldest, thresholds.max_due_seconds, unit=" s")


def _breakers(evidence: Evidence) -> Measured:
    """One that opened in this stage is a breach; one that was open before only waits for its probe."""
    standing = Standing.MISSING if evidence.breakers_open else Standing.MET
    return Measured(
        measure=Measure.BREAKER,
        seen=", ".join(evidence.breakers_open) or "closed",
        needed="closed",
        standing=Standing.BREACHED if evidence.breakers_opened else standing,
    )


def _work(evidence: Evidence, thresholds: Thresholds) -> Iterator[Measured]:
    """What is asked of each responsibility: of inline work while nothing is sent yet."""
    for name in sorted({name for name, _ in evidence.stage.work}):
        inline = evidence.stage.of(name, Way.INLINE)
        work = evidence.stage.of(name, Way.INNGEST) if evidence.stage.percent else inline
        found = [_at_least(Measure.WINDOWS, work.judged, thresholds.min_windows), _executed(work, thresholds)]
        if work is not inline:
            found += [*_in_time(work, thresholds), *_compared(work, inline, thresholds)]
        yield from (replace(one, responsibility=name) for one in found)


def _executed(work: WorkEvidence, thresholds: Thresholds) -> Measured:
    """Too small a share is a breach once more than one window failed; one that was late only holds."""
    least = thresholds.min_executed_percent
    breached = work.failed >= BREACHED_BY and 100 * work.failed > (100 - least) * work.judged
    found = _at_least(Measure.EXECUTED, work.executed_percent, least, unit=" %")
    return replace(found, standing=Standing.BREACHED) if breached else found


def _in_time(work: WorkEvidence, thresholds: Thresholds) -> Iterator[Measured]:
    yield _at_most(Measure.START, work.to_start.p95, thresholds.max_start_seconds, unit=" s")
    yield _at_most(Measure.END, work.to_end.p95, thresholds.max_end_seconds, unit=" s")
    yield _at_most(Measure.RUN, work.run.p95, thresholds.max_run_seconds, unit=" s")
    yield _at_most(Measure.RETRIED, work.retried_percent, thresholds.max_retried_percent, unit=" %")


def _compared(work: WorkEvidence, inline: WorkEvidence, thresholds: Thresholds) -> Iterator[Measured]:
    """What has to be no worse than inline work, by percentage points; what cannot be compared is met."""
    most = thresholds.max_worse_points
    if inline.runs >= RUNS_COMPARED or not work.runs:
        yield _no_worse(Measure.DEGRADED, work.degraded_percent, inline.degraded_percent or 0.0, most)
    if min(work.jobs, inline.jobs) >= JOBS_COMPARED:
        worse = _no_worse(
            Measure.FAILED_JOBS, work.failed_jobs_percent, inline.failed_jobs_percent or 0.0, most
        )
        breached = worse.standing is Standing.MISSING and work.failed_jobs >= BREACHED_BY
        yield replace(worse, standing=Standing.BREACHED) if breached else worse


def _no_worse(measure: Measure, seen: float | None, inline: float, most: int) -> Measured:
    worse = None if seen is None else max(0.0, round(seen - inline, 1))
    return _at_most(measure, worse, most, unit=" points")


def _at_least(measure: Measure, seen: float | None, needed: float, *, unit: str = "") -> Measured:
    return Measured(
        measure=measure,
        seen=seen,
        needed=needed,
        at_least=True,
        unit=unit,
        standing=Standing.MET if seen is not None and seen >= needed else Standing.MISSING,
    )


def _at_most(
    measure: Measure,
    seen: float | None,
    needed: float,
    *,
    otherwise: Standing = Standing.MISSING,
    unit: str = "",
) -> Measured:
    if seen is None:
        otherwise = Standing.MISSING
    met = seen is not None and seen <= needed
    return Measured(
        measure=measure, seen=seen, needed=needed, unit=unit, standing=Standing.MET if met else otherwise
    )


def _number(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:g}"
