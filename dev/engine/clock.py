"""The engine's clock: it stands still until somebody moves it, and tells those who listen."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class EngineClock:
    """Time as the engine and, where a test wants it, the app see it. Satisfies `lib.clock.Clock`.

    The SDK stamps sleeps and Retry-After by the machine's own clock. Whoever plays those starts this clock
    `at_wall_time`, else their times lie far away.
    """

    def __init__(self, start: datetime) -> None:
        if start.tzinfo is None:
            raise ValueError("a naive datetime has no place here")
        self._start = start.astimezone(UTC)
        self._seconds = 0.0
        self._listeners: list[Callable[[float], None]] = []

    @classmethod
    def at_wall_time(cls) -> "EngineClock":
        """A clock that starts at the machine's time."""
        return cls(datetime.now(UTC))

    def now(self) -> datetime:
        """The instant, in UTC."""
        return self._start + timedelta(seconds=self._seconds)

    def monotonic(self) -> float:
        """Seconds since this clock was made."""
        return self._seconds

    def milliseconds(self) -> int:
        """Milliseconds since the epoch, as events carry them."""
        return int(self.now().timestamp() * 1000)

    def advance(self, seconds: float) -> None:
        """Move on by `seconds`, then call each listener with them."""
        if seconds < 0:
            raise ValueError("a clock does not go back")
        self._seconds += seconds
        for listener in self._listeners:
            listener(seconds)

    def on_advance(self, listener: Callable[[float], None]) -> None:
        """Call `listener` with the seconds of every advance: a test shifts the database's clock along."""
        self._listeners.append(listener)
