"""What came of a rehearsal, for people and for programs."""

import json
from dataclasses import dataclass
from typing import Any, Final

from dev.cutover.narrator import Narrator
from dev.cutover.terms import BOUND

WRONG_SHOWN: Final = 20
FIGURES: Final = {
    "refusedToBreaker": "from the first refused window to the first held back",
    "silentToRecovered": "from the first window that nobody executed to the recovery of its work",
    "silentToRolledBack": "from the same to the first tick that evidence kept inline",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What came of it."""

    windows: int
    """Windows that were played."""
    seconds: float
    """Of real time, the servers' start left out."""
    jobs: int
    mails: int
    ticks: int
    figures: dict[str, int]
    """In windows, by name."""
    slowest_seconds: float | None
    """The longest that a tick's work took, by the shared clock; None where none was done."""
    wrong: tuple[str, ...]
    """Whatever was lost, doubled or late, and what did not happen as it must; empty: all is well."""

    def as_json(self) -> dict[str, Any]:
        """What `--json` prints."""
        return {
            "ok": not self.wrong,
            "windows": self.windows,
            "seconds": round(self.seconds, 1),
            "jobs": self.jobs,
            "mails": self.mails,
            "ticks": self.ticks,
            "inWindows": self.figures,
            "slowestTickSeconds": self.slowest_seconds,
            "boundSeconds": BOUND.total_seconds(),
            "wrong": list(self.wrong),
        }

    def __str__(self) -> str:
        """The same on one line."""
        return json.dumps(self.as_json())


def tell(report: Report, narrator: Narrator) -> None:
    """The same for people; what is wrong is named, one by one."""
    narrator.tell(
        f"{report.jobs} jobs, {report.mails} mails, {report.ticks} ticks; the slowest tick's work was done"
        f" after {report.slowest_seconds} s of {BOUND.total_seconds():g} s"
    )
    for name, windows in report.figures.items():
        narrator.tell(f"{FIGURES[name]}: {windows} windows")
    for wrong in report.wrong[:WRONG_SHOWN]:
        narrator.tell(f"WRONG: {wrong}")
    if left := len(report.wrong[WRONG_SHOWN:]):
        narrator.tell(f"… and {left} more")
    end = "nothing lost, nothing done twice" if not report.wrong else f"wrong: {len(report.wrong)}"
    narrator.verdict(f"{report.windows} windows in {report.seconds:.1f} s; {end}.", well=not report.wrong)
