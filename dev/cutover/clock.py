"""The rehearsal's time: hours of windows in a minute, the same for database, app and engine."""

import time
from datetime import UTC, datetime, timedelta

from dev.cutover.books import Books
from dev.cutover.terms import WINDOW_SECONDS
from dev.engine.clock import EngineClock

INTO_WINDOW_SECONDS = 1.0
"""How far into its window a tick comes."""


class RehearsalClock:
    """The machine's clock, ahead of it by what was jumped over. Satisfies `lib.clock.Clock`.

    Between two jumps time passes as it does everywhere, so that durations are true. A jump moves the
    database's clock and the engine's to the same instant.
    """

    def __init__(self, books: Books) -> None:
        self._books = books
        self._moved_at = time.monotonic()
        self.engine = EngineClock.at_wall_time()
        self.engine.on_advance(lambda _: self._follow())
        self.engine.advance(WINDOW_SECONDS + INTO_WINDOW_SECONDS - self._into_window())

    def now(self) -> datetime:
        """The instant, timezone-aware, in UTC."""
        return self.engine.now() + timedelta(seconds=time.monotonic() - self._moved_at)

    def monotonic(self) -> float:
        """Seconds since an arbitrary point; never goes back, and knows no jumps."""
        return time.monotonic()

    def seconds_to_next_window(self) -> float:
        """How far to move the engine's clock for the next tick; what a slow machine lost is left out."""
        behind = (self.now() - self.engine.now()).total_seconds()
        return WINDOW_SECONDS * (1 + behind // WINDOW_SECONDS) + INTO_WINDOW_SECONDS - self._into_window()

    def _into_window(self) -> float:
        return self.engine.now().timestamp() % WINDOW_SECONDS

    def _follow(self) -> None:
        self._books.shift_clock(self.engine.now() - datetime.now(UTC))
        self._moved_at = time.monotonic()
