"""Ticks a window apart beside an engine that starts what it wants to, and what they came to (design §5)."""

from datetime import timedelta
from typing import Any

from dev.engine.errors import BadEvent
from lib.work.responsibilities import RESPONSIBILITIES, Responsibility
from tests.durable import Relay, World, call_cron

WINDOW = 60
GRACE = 180
BOUND = GRACE + 2 * WINDOW + 60
"""Seconds within which each tick is covered (design §11): grace, two windows, the inline budget."""


class Selective(Relay):
    """An engine that accepts everything and starts only what it wants to."""

    def __init__(self) -> None:
        super().__init__()
        self.registered: set[str] = {r.event_name for r in RESPONSIBILITIES}
        self.refuses = False
        self.delay_s = 0.0
        """How much later than it was accepted an event is acted on."""
        self._accepted: list[tuple[float, list[Any]]] = []

    def send(self, events: list[Any], *, seed: str | None = None) -> list[str]:
        del seed
        assert self.engine is not None
        if self.refuses:
            raise BadEvent("closed")
        kept = [event for event in events if event["name"] in self.registered]
        self._accepted.append((self.engine.clock.monotonic() + self.delay_s, kept))
        if self.delay_s == 0:
            self.act()
        return [event["id"] for event in events]

    def act(self) -> None:
        """Start what is due."""
        assert self.engine is not None
        now = self.engine.clock.monotonic()
        due = [events for at, events in self._accepted if at <= now and events]
        self._accepted = [one for one in self._accepted if one[0] > now]
        for events in due:
            self.engine.send(events)


def ticks(world: World, count: int, *, run: bool = True) -> list[dict[str, Any]]:
    """That many ticks, one a window; the engine calls what it has after each, if `run`."""
    answers = []
    for _ in range(count):
        status, body = call_cron(world.app)
        assert status in (200, 202)
        assert body["success"]
        answers.append(body)
        if run:
            world.engine.run_until_idle()
        world.clock.advance(WINDOW)
    return answers


def modes(answers: list[dict[str, Any]]) -> list[str]:
    return [answer["mode"] for answer in answers]


def breaker(world: World, responsibility: Responsibility) -> str:
    found = world.database.rows("SELECT state FROM breakers WHERE job_name = %s", responsibility.job_name)
    return found[0][0] if found else "closed"


def late_coverage(world: World, *, upto: int) -> list[tuple[Any, ...]]:
    """The lines dispatched at least `upto` seconds ago that were not covered within the bound.

    Covered (design §1.2): a run that started at or after the tick has finished.
    """
    return world.database.rows(
        "SELECT line.dispatch_key, line.job_name, min(run.finished_at) - line.dispatched_at"
        " FROM dispatch_lines AS line LEFT JOIN runs AS run ON run.job_name = line.job_name"
        "  AND run.status IN ('succeeded', 'degraded') AND run.started_at >= line.dispatched_at"
        " WHERE line.dispatched_at <= everytick_now() - %s"
        " GROUP BY 1, 2, line.dispatched_at"
        " HAVING coalesce(min(run.finished_at) - line.dispatched_at > %s, true)",
        timedelta(seconds=upto),
        timedelta(seconds=BOUND),
    )
