"""The laws of ticks: what a tick may answer (design §5), and until when its work is done (design §11)."""

from datetime import datetime, timedelta
from typing import Any, Final

from tests.acceptance.loop_books import Books
from tests.conftest import Database

WINDOW: Final = timedelta(seconds=60)
BOUND: Final = timedelta(seconds=180) + 2 * WINDOW + timedelta(seconds=60)
"""Grace, two windows, the inline budget, by the defaults."""
REAL_TIME: Final = timedelta(seconds=20)
"""What a slow machine may add: the database's clock goes on while the test computes."""

STATUS: Final = {
    "inline": 200,
    "inline-fallback": 200,
    "inline-recovery": 200,
    "inngest": 202,
    "duplicate": 202,
    "busy": 202,
}
REASONS: Final = {
    "inline": {"control_inline", "breaker_open", "breaker_half_open", "outside_canary"},
    "inline-fallback": {"enqueue_failed"},
    "inline-recovery": {"unexecuted", "run_stuck"},
    "inngest": {"enabled", "breaker_probe", "controls_unread"},
    "duplicate": {"already_dispatched"},
    "busy": {"lease_held"},
}
EVENTS: Final = ["background/process.requested", "background/maintenance.requested"]


def check_answer(status: int, body: dict[str, Any], *, disturbed: bool) -> None:
    """Raise AssertionError unless a tick may answer so; `disturbed` says that the database failed it."""
    if status in (500, 503):
        assert disturbed, f"nothing was wrong, and the answer is {body}"
        assert body["code"] in ("work_failed", "store_unavailable", "internal_error")
        assert status == 503 or not body.get("success")
        return
    mode = body["mode"]
    assert (status, body["success"]) == (STATUS[mode], True)
    assert body["reason"] in REASONS[mode]
    assert disturbed or body["reason"] != "controls_unread"
    assert body["enqueued"] == (bool(body["enqueuedEvents"]) and body["enqueueError"] is None)
    assert len(body["eventIds"]) == len(body["enqueuedEvents"])
    assert body["enqueuedEvents"] == [name for name in EVENTS if name in body["enqueuedEvents"]]
    worked = {name for name in ("process", "maintenance") if body[name] is not None}
    match mode:
        case "inngest":
            assert (body["enqueuedEvents"], worked) == (EVENTS, set())
        case "duplicate":
            assert (body["enqueuedEvents"], worked) == ([], set())
        case "inline-fallback":
            assert body["enqueueError"] is not None
            assert worked == {"process", "maintenance"}
        case "inline" | "inline-recovery":
            assert worked
            assert body["enqueueError"] is None


class CoverageClock:
    """Since when the bound counts: ticks have come each window, and nothing new went wrong.

    The law speaks of single faults, and a test makes many. So the clock of everything that is not done
    starts again where the database fails, a process dies or freezes, a clock is set back or ticks stay
    away: that is the moment in which whoever held the work was last alive. What the engine does, refuses or
    forgets never starts it again; only its runs' signs of life do, each for its own responsibility.
    """

    def __init__(self, books: Books, now: datetime) -> None:
        self._books = books
        self._since = now
        self._last_tick = now

    def disturb(self, now: datetime) -> None:
        """Count from `now` on."""
        self._since = now

    def tick(self, now: datetime) -> None:
        """A tick comes `now`."""
        if self._is_missed(now):
            self._since = now
        self._last_tick = now

    def check(self, now: datetime) -> None:
        """Raise AssertionError where work is not done within the bound."""
        if self._is_missed(now):
            return
        late = [
            (responsibility, subject, now - max(free_at, self._since))
            for responsibility, subject, free_at in self._books.undone()
            if now - max(free_at, self._since) > BOUND + REAL_TIME
        ]
        assert not late, f"not done within {BOUND}: {late}"

    def _is_missed(self, now: datetime) -> bool:
        """Whether no tick came in the window before `now`."""
        return now - self._last_tick > WINDOW + REAL_TIME


UNSETTLED: Final = {
    "runs that run": "SELECT job_name, run_id, source FROM runs WHERE status = 'running'",
    "leases held": "SELECT name, holder FROM leases WHERE expires_at > everytick_now()",
    "dispatches under way": "SELECT dispatch_key FROM dispatches WHERE state = 'dispatching'",
    "lines left open": "SELECT * FROM dispatch_lines WHERE state NOT IN ('covered', 'inline')",
    "breakers not closed": "SELECT job_name, state, reason FROM breakers WHERE state <> 'closed'",
    "jobs not ended": "SELECT id, kind, status, attempt, crashes FROM jobs"
    " WHERE status NOT IN ('succeeded', 'dead')",
    "jobs dead for nothing": "SELECT id, kind, attempt, crashes, last_error FROM jobs"
    " WHERE status = 'dead' AND payload = '{}' AND crashes < max_attempts",
    "work never done": "SELECT * FROM books.work WHERE subject NOT IN (SELECT subject FROM books.done)",
}


def unsettled(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """What has not come to its end, by what it is; nothing, once all has been well for long enough."""
    found = {name: database.rows(query) for name, query in UNSETTLED.items()}
    return {name: rows for name, rows in found.items() if rows}
