"""What a drain did: its public summary, and the tally kept while it works."""

import threading
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any


class StoppedBecause(StrEnum):
    """Why a drain ended (design §7)."""

    EMPTY = "empty"
    LIMIT = "limit"
    BUDGET = "budget"
    """Its time is used, or too many handlers hang."""
    SHUTDOWN = "shutdown"


@dataclass(frozen=True, slots=True, kw_only=True)
class DrainSummary:
    """A drain's result; `claimed = processed + skipped`, `processed = succeeded + failed + rescheduled`."""

    released_stale: int
    """Leases of dead or silent workers that were ended."""
    claimed: int
    processed: int
    """Claimed jobs that came to an end of their own."""
    succeeded: int
    failed: int
    """Ended in an error: retried or dead."""
    retried: int
    rescheduled: int
    dead: int
    """Made dead by this drain, those whose last lease ran out included."""
    skipped: int
    """Claimed, but given back or taken by another holder in the meantime."""
    remaining: int
    """Due jobs left, counted up to 100,000."""
    duration_ms: int
    stopped_because: StoppedBecause

    def as_json(self) -> dict[str, Any]:
        """The public shape, exactly design §7's names."""
        return {_camel(item.name): getattr(self, item.name) for item in fields(self)}


@dataclass(slots=True)
class Tally:
    """Counts shared by a drain's threads."""

    counts: dict[str, int] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, **counts: int) -> None:
        """Add to the named counts."""
        with self.lock:
            for name, count in counts.items():
                self.counts[name] = self.counts.get(name, 0) + count

    def __getitem__(self, name: str) -> int:
        with self.lock:
            return self.counts.get(name, 0)

    def summary(self, *, remaining: int, duration_ms: int, stopped_because: StoppedBecause) -> DrainSummary:
        """The counts as a summary."""
        succeeded, failed, rescheduled = self["succeeded"], self["failed"], self["rescheduled"]
        return DrainSummary(
            released_stale=self["released_stale"],
            claimed=self["claimed"],
            processed=succeeded + failed + rescheduled,
            succeeded=succeeded,
            failed=failed,
            retried=self["retried"],
            rescheduled=rescheduled,
            dead=self["dead"],
            skipped=self["skipped"],
            remaining=remaining,
            duration_ms=duration_ms,
            stopped_because=stopped_because,
        )


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part.title() for part in rest)
