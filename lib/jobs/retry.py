"""What becomes of a job that did not succeed: pure decisions from facts (design §7)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from lib.errors import InvalidPayload, StoreBusy, UnknownJobKind
from lib.jobs.outcomes import Permanent, Reschedule, RetryAfter, RetryAt

BACKOFF_CAP: Final = timedelta(minutes=15)
JITTER_SHARE: Final = 0.25
"""Jitter adds at most this share of the back-off."""
ASKED_DELAY_CAP: Final = timedelta(days=365)
"""The longest delay taken from a handler: what lies beyond is a mistake, and might not fit a timestamp."""
RESCHEDULE_CAP: Final = 1_000
BUSY_DOUBLINGS: Final = 5
"""After this many the delay stays: connections come free in seconds, not in minutes."""
SHORTEST_ASKED_DELAY: Final = timedelta(seconds=1)
"""A time that has passed already (an instance's clock may be a minute off) must not make a hot loop."""


class Verdict(StrEnum):
    """What is done with the job."""

    RETRY = "retry"
    DEAD = "dead"
    RESCHEDULE = "reschedule"
    RELEASE = "release"
    """Back in the queue as it was."""


class RetryReason(StrEnum):
    """Why."""

    FAILED = "failed"
    """The handler raised, or ran past its deadline."""
    ASKED = "asked"
    """The handler named the time itself."""
    PERMANENT = "permanent"
    """The handler said that trying again is no use."""
    ATTEMPTS_USED = "attempts_used"
    UNRUNNABLE = "unrunnable"
    """No handler for its kind, or a payload that doesn't fit: nothing ran, no attempt is charged."""
    RESCHEDULE_CAP = "reschedule_cap"
    CRASHED = "crashed"
    """Its worker died while it ran."""
    CRASHES_USED = "crashes_used"
    NOT_BEGUN = "not_begun"
    """Its worker died, or stopped, before it began."""
    INTERRUPTED = "interrupted"
    """It still ran when the drain had to end."""
    STORE_BUSY = "store_busy"
    """Its handler found all of the instance's connections in use: our shortage, not its failure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryDecision:
    """The verdict and the facts it rests on."""

    verdict: Verdict
    reason: RetryReason
    attempts: int
    """What to add to the job's attempts: 1 when a handler returned or raised, else 0."""
    crashes: int = 0
    """What to add to its crashes."""
    reschedules: int = 0
    """What to add to its reschedules."""
    delay: timedelta | None = None
    """From now, by the database's clock; with `run_at`, the later of the two. None: as `run_at` says."""
    run_at: datetime | None = None
    """None: as `delay` says; with neither, due as before."""


def decide_failure(
    error: BaseException, *, attempt: int, max_attempts: int, reschedules: int, chance: float
) -> RetryDecision:
    """Decide after `error`, whatever a handler raised; `attempt` and `reschedules` count what was before it.

    `chance` in [0, 1) becomes the jitter.
    """
    if isinstance(error, UnknownJobKind | InvalidPayload):
        return RetryDecision(verdict=Verdict.DEAD, reason=RetryReason.UNRUNNABLE, attempts=0)
    if isinstance(error, Reschedule | StoreBusy):
        return _decide_reschedule(error, reschedules, chance)
    if isinstance(error, Permanent):
        return RetryDecision(verdict=Verdict.DEAD, reason=RetryReason.PERMANENT, attempts=1)
    if attempt + 1 >= max_attempts:
        return RetryDecision(verdict=Verdict.DEAD, reason=RetryReason.ATTEMPTS_USED, attempts=1)
    if isinstance(error, RetryAt):
        return RetryDecision(
            verdict=Verdict.RETRY,
            reason=RetryReason.ASKED,
            attempts=1,
            run_at=error.when,
            delay=SHORTEST_ASKED_DELAY,
        )
    asked = isinstance(error, RetryAfter)
    return RetryDecision(
        verdict=Verdict.RETRY,
        reason=RetryReason.ASKED if asked else RetryReason.FAILED,
        attempts=1,
        delay=_asked(error) if isinstance(error, RetryAfter) else backoff(attempt + 1, chance),
    )


def decide_expiry(*, started: bool, crashes: int, max_attempts: int) -> RetryDecision:
    """Decide after a lease ran out: only what had begun is suspected of killing its worker (failure L7)."""
    if not started:
        return RetryDecision(verdict=Verdict.RELEASE, reason=RetryReason.NOT_BEGUN, attempts=0)
    if crashes + 1 >= max_attempts:
        return RetryDecision(verdict=Verdict.DEAD, reason=RetryReason.CRASHES_USED, attempts=0, crashes=1)
    return RetryDecision(verdict=Verdict.RELEASE, reason=RetryReason.CRASHED, attempts=0, crashes=1)


def decide_interruption(*, started: bool, reschedules: int) -> RetryDecision:
    """Decide for a job that a drain holds when it must end: interrupted is not failed (design §7).

    One that had begun counts as rescheduled, so that the cap ends a job that is interrupted for ever.
    """
    if not started:
        return RetryDecision(verdict=Verdict.RELEASE, reason=RetryReason.NOT_BEGUN, attempts=0)
    if reschedules >= RESCHEDULE_CAP:
        return RetryDecision(verdict=Verdict.DEAD, reason=RetryReason.RESCHEDULE_CAP, attempts=0)
    return RetryDecision(verdict=Verdict.RELEASE, reason=RetryReason.INTERRUPTED, attempts=0, reschedules=1)


def backoff(attempt: int, chance: float) -> timedelta:
    """`min(15 min, 2^attempt s)` plus jitter; `attempt` counts the failure it follows."""
    delay = min(BACKOFF_CAP, timedelta(seconds=2 ** min(attempt, 20)))
    return delay + delay * JITTER_SHARE * chance


def _decide_reschedule(error: Reschedule | StoreBusy, reschedules: int, chance: float) -> RetryDecision:
    if reschedules >= RESCHEDULE_CAP:
        return RetryDecision(verdict=Verdict.DEAD, reason=RetryReason.RESCHEDULE_CAP, attempts=0)
    asked = isinstance(error, Reschedule)
    return RetryDecision(
        verdict=Verdict.RESCHEDULE,
        reason=RetryReason.ASKED if asked else RetryReason.STORE_BUSY,
        attempts=0,
        reschedules=1,
        run_at=error.when if isinstance(error, Reschedule) else None,
        delay=SHORTEST_ASKED_DELAY if asked else backoff(min(reschedules, BUSY_DOUBLINGS), chance),
    )


def _asked(error: RetryAfter) -> timedelta:
    return max(SHORTEST_ASKED_DELAY, min(error.delay, ASKED_DELAY_CAP))
