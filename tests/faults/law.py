"""The law of design §11, judged from what the app can neither write nor hide: the audit and the outbox."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from tests.faults.audited_database import AuditedDatabase
from tests.faults.outbox import Outbox

WINDOW_S: Final = 60
BOUND: Final = timedelta(seconds=180 + 2 * WINDOW_S + 60)
"""Grace, two windows and the inline budget, by the defaults."""

DONE: Final = """
SELECT w.tick, w.responsibility, w.effect, w.subject, greatest(w.due_at, %s::timestamptz), min(e.at)
FROM audit.work w LEFT JOIN audit.effects e ON e.effect = w.effect AND e.subject = w.subject
WHERE w.tick > 0
GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4
"""
TWICE: Final = """
SELECT effect, subject, count(*) FROM audit.effects GROUP BY 1, 2 HAVING count(*) > 1 ORDER BY 1, 2
"""
LISTED: Final = "SELECT id::text FROM drafts WHERE send_unconfirmed"
CALLED_SENT: Final = """
SELECT id::text FROM drafts WHERE status = 'approved' AND NOT send_unconfirmed AND id::text IN (
    SELECT subject FROM audit.work WHERE responsibility = 'process' AND effect = 'settled'
)
"""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What was found, in words for whoever reads a failure."""

    lost: tuple[str, ...] = ()
    """Work that was not done within the bound; mail that is called sent and was not."""
    doubled: tuple[str, ...] = ()
    """What happened more than once."""
    unconfirmed: int = 0
    """Mail that may or may not have gone, listed for the operator."""
    pending: tuple[str, ...] = ()
    """Work that is not done and still has time."""
    slowest: timedelta = timedelta()
    """The longest from a tick to its work's end, of what was done."""

    @property
    def holds(self) -> bool:
        """Whether the law was kept."""
        return not self.lost and not self.doubled and not self.pending

    def beside(self, other: "Verdict") -> "Verdict":
        """Both together."""
        return replace(
            self,
            lost=self.lost + other.lost,
            doubled=self.doubled + other.doubled,
            pending=self.pending + other.pending,
            unconfirmed=self.unconfirmed + other.unconfirmed,
            slowest=max(self.slowest, other.slowest),
        )


def judge(
    database: AuditedDatabase, outbox: Outbox, *, bound: timedelta = BOUND, since: datetime | None = None
) -> Verdict:
    """What became of all that was to be done.

    `since` is when the stores were back after an outage: the clock starts there (design §11).
    """
    owner = database.owner
    rows = owner.rows(DONE, since)
    mailed = Counter(outbox.drafts)
    listed = {draft for (draft,) in owner.rows(LISTED)}
    now = owner.value("SELECT everytick_now()")
    late = [row for row in rows if (row[5] or now) - row[4] > bound]
    lost = [_told(row) for row in late]
    lost += [
        f"mail of draft {draft}, called sent" for (draft,) in owner.rows(CALLED_SENT) if not mailed[draft]
    ]
    doubled = [f"{effect} {subject}: {times} times" for effect, subject, times in owner.rows(TWICE)]
    doubled += [f"mail of draft {draft}: {times} times" for draft, times in mailed.items() if times > 1]
    return Verdict(
        lost=tuple(lost),
        doubled=tuple(doubled),
        pending=tuple(_told(row) for row in rows if row[5] is None and row not in late),
        unconfirmed=len(listed),
        slowest=max((row[5] - row[4] for row in rows if row[5] is not None), default=timedelta()),
    )


def _told(row: tuple[Any, ...]) -> str:
    return "tick {}: {}: {} {}".format(*row)
