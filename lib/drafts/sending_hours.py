"""When a workspace is open, by the clock on its wall, and the first moment from some instant at which it is.

Open is a question of the local time alone: a window that begins in the hour that spring leaves out begins
where the clock goes on, and one inside the hour that autumn repeats is open both times.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from lib.inbox.workspace_settings import Weekday, WorkingHours, WorkspaceSettings

DAYS_AHEAD: Final = 15
"""Two weeks, since the only day of a week may be one that a zone leaves out."""
_HOUR: Final = timedelta(hours=1)
_SECOND: Final = timedelta(seconds=1)
_WEEK: Final = tuple(Weekday)


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingHours:
    """A workspace's hours in its own time zone."""

    hours: WorkingHours
    zone: ZoneInfo

    @classmethod
    def of(cls, settings: WorkspaceSettings) -> "SendingHours":
        """The hours that the workspace's settings name."""
        return cls(hours=settings.hours, zone=ZoneInfo(settings.timezone))

    def is_open(self, instant: datetime) -> bool:
        """Whether the team answers at `instant`: from the opening time on, and no longer at the closing."""
        local = instant.astimezone(self.zone)
        at, today = local.time(), local.weekday()
        if self.hours.closes > self.hours.opens:
            return self._has(today) and self.hours.opens <= at < self.hours.closes
        return (self._has(today) and at >= self.hours.opens) or (
            self._has(today - 1) and at < self.hours.closes
        )

    def first_open(self, instant: datetime) -> datetime | None:
        """`instant` where it is open, else the next moment that is, in UTC; None within two weeks."""
        start = instant.astimezone(UTC)
        if self.is_open(start):
            return start
        openings = (at for at in self._beginnings(start) if at >= start and self.is_open(at))
        return min(openings, default=None)

    def _has(self, weekday: int) -> bool:
        return _WEEK[weekday % 7] in self.hours.days

    def _beginnings(self, start: datetime) -> Iterator[datetime]:
        """Every instant after `start` at which a closed moment may be followed by an open one."""
        today = start.astimezone(self.zone).date()
        for days in range(-1, DAYS_AHEAD):
            opening = datetime.combine(today + timedelta(days=days), self.hours.opens, tzinfo=self.zone)
            yield opening.astimezone(UTC)
            yield opening.replace(fold=1).astimezone(UTC)
        yield from self._jumps(start)

    def _jumps(self, start: datetime) -> Iterator[datetime]:
        """The instants at which the zone's clock is put forward or back."""
        before = start.replace(minute=0, second=0, microsecond=0)
        for _ in range(DAYS_AHEAD * 24):
            after = before + _HOUR
            if self._offset(before) != self._offset(after):
                yield self._jump_between(before, after)
            before = after

    def _jump_between(self, before: datetime, after: datetime) -> datetime:
        """The first whole second of the new offset."""
        while after - before > _SECOND:
            middle = before + timedelta(seconds=(after - before) // _SECOND // 2)
            if self._offset(middle) == self._offset(before):
                before = middle
            else:
                after = middle
        return after

    def _offset(self, instant: datetime) -> timedelta | None:
        return instant.astimezone(self.zone).utcoffset()
