"""Tests of lib/drafts/sending_hours.py."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.drafts.sending_hours import SendingHours
from lib.inbox.workspace_settings import Weekday, WorkingHours, WorkspaceSettings

MINUTE = timedelta(minutes=1)
EVERY_DAY = tuple(Weekday)
ZONES = (
    "UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/St_Johns",
    "Pacific/Apia", "America/Sao_Paulo", "Africa/Casablanca",
)  # fmt: skip


def hours(zone: str, opens: str, closes: str, days: tuple[Weekday, ...] = EVERY_DAY) -> SendingHours:
    held = WorkingHours(days=days, opens=time.fromisoformat(opens), closes=time.fromisoformat(closes))
    return SendingHours(hours=held, zone=ZoneInfo(zone))


def wall(zone: str, when: str, *, fold: int = 0) -> datetime:
    return datetime.fromisoformat(when).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


def test_the_settings_own() -> None:
    """A workspace that said nothing is open on working days from nine to five, UTC."""
    default = SendingHours.of(WorkspaceSettings())
    assert default.is_open(wall("UTC", "2026-11-24T16:59:59"))
    assert not default.is_open(wall("UTC", "2026-11-24T17:00"))
    assert not default.is_open(wall("UTC", "2026-11-22T12:00"))


class TestTheFirstOpenMoment:
    @pytest.mark.parametrize(
        ("open_hours", "at", "expected"),
        [
            pytest.param(("UTC", "09:00", "17:00"), "2026-11-24T12:00", "2026-11-24T12:00", id="open now"),
            pytest.param(("UTC", "09:00", "17:00"), "2026-11-24T08:59:59", "2026-11-24T09:00", id="before"),
            pytest.param(
                ("UTC", "09:00", "17:00"), "2026-11-24T17:00", "2026-11-25T09:00", id="closed at the minute"
            ),
            pytest.param(
                ("UTC", "22:00", "06:00"), "2026-11-24T05:59:59", "2026-11-24T05:59:59", id="overnight, late"
            ),
            pytest.param(
                ("UTC", "22:00", "06:00"), "2026-11-24T06:00", "2026-11-24T22:00", id="overnight, by day"
            ),
            pytest.param(
                ("UTC", "00:00", "00:00"), "2026-11-24T23:59:59", "2026-11-24T23:59:59", id="the whole day"
            ),
            pytest.param(
                ("Asia/Kathmandu", "09:00", "17:00"),
                "2026-11-24T08:00",
                "2026-11-24T09:00",
                id="a quarter-hour zone",
            ),
            pytest.param(
                ("Europe/Berlin", "02:30", "05:00"), "2026-03-29T01:00", "2026-03-29T03:00",
                id="an opening that spring leaves out",
            ),
            pytest.param(
                ("Europe/Berlin", "02:10", "02:50"), "2026-03-29T01:00", "2026-03-30T02:10",
                id="a window that spring leaves out",
            ),
        ],
    )  # fmt: skip
    def test_by_the_clock_on_the_wall(self, open_hours: tuple[str, str, str], at: str, expected: str) -> None:
        zone = open_hours[0]
        assert hours(*open_hours).first_open(wall(zone, at)) == wall(zone, expected)

    def test_over_a_weekend(self) -> None:
        friday = hours("Europe/Berlin", "09:00", "17:00", EVERY_DAY[:5])
        evening = wall("Europe/Berlin", "2026-10-23T18:00")  # the clocks go back on Sunday
        assert friday.first_open(evening) == wall("Europe/Berlin", "2026-10-26T09:00")

    def test_the_night_into_saturday_belongs_to_friday(self) -> None:
        nights = hours("UTC", "22:00", "06:00", (Weekday.FRIDAY,))
        assert nights.is_open(wall("UTC", "2026-11-28T05:00"))
        assert not nights.is_open(wall("UTC", "2026-11-27T05:00"))
        assert nights.first_open(wall("UTC", "2026-11-28T06:00")) == wall("UTC", "2026-12-04T22:00")

    def test_in_the_hour_that_autumn_repeats(self) -> None:
        """The window ends at half past two, and opens again when the clock goes back to two."""
        night = hours("Europe/Berlin", "01:00", "02:30")
        again = wall("Europe/Berlin", "2026-10-25T02:00", fold=1)
        assert night.first_open(wall("Europe/Berlin", "2026-10-25T02:45")) == again

    def test_the_day_that_samoa_left_out(self) -> None:
        """Friday, 30 December 2011 was not: the next one is a week later."""
        fridays = hours("Pacific/Apia", "09:00", "17:00", (Weekday.FRIDAY,))
        assert fridays.first_open(wall("Pacific/Apia", "2011-12-29T12:00")) == wall(
            "Pacific/Apia", "2012-01-06T09:00"
        )


@st.composite
def some_hours(draw: st.DrawFn) -> SendingHours:
    minutes = st.integers(0, 24 * 60 - 1)
    opens, closes = draw(st.tuples(minutes, minutes).filter(lambda both: both[0] != both[1]))
    days = draw(st.sets(st.sampled_from(EVERY_DAY), min_size=1))
    return hours(
        draw(st.sampled_from(ZONES)),
        f"{opens // 60:02}:{opens % 60:02}",
        f"{closes // 60:02}:{closes % 60:02}",
        tuple(days),
    )


CHANGES = st.sampled_from(
    ["2026-03-29T01:00", "2026-10-25T01:00", "2026-03-08T07:00", "2026-11-01T06:00", "2026-10-03T15:30",
     "2026-04-04T15:00", "2011-12-30T10:00", "2018-11-04T03:00", "2026-02-15T02:00"]
)  # fmt: skip
"""Instants at, or near to, which one of the zones changes its clock."""


@st.composite
def some_instant(draw: st.DrawFn) -> datetime:
    near = datetime.fromisoformat(draw(CHANGES)).replace(tzinfo=UTC)
    return near + timedelta(minutes=draw(st.integers(-3 * 1440, 3 * 1440)))


class TestLaws:
    @settings(max_examples=150)
    @given(some_hours(), some_instant())
    def test_it_is_the_first_open_minute(self, held: SendingHours, at: datetime) -> None:
        """Whole minutes in, so the first open one found by walking is the answer."""
        walked = at
        while not _open_by_definition(held, walked) and walked - at < timedelta(days=2):
            walked += MINUTE
        found = held.first_open(at)
        assert found is not None
        assert held.is_open(found)
        if _open_by_definition(held, walked):
            assert found == walked
        else:
            assert found >= walked

    @given(some_hours(), some_instant())
    def test_what_is_open_stays(self, held: SendingHours, at: datetime) -> None:
        found = held.first_open(at)
        assert found is not None
        assert found >= at
        assert held.first_open(found) == found


def _open_by_definition(held: SendingHours, instant: datetime) -> bool:
    """Open is each minute that some day's window holds, minute by minute on the wall."""
    local = instant.astimezone(held.zone).replace(tzinfo=None, fold=0)
    for back in (0, 1):
        day = local.date() - timedelta(days=back)
        opens = datetime.combine(day, held.hours.opens)
        closes = datetime.combine(day, held.hours.closes)
        if closes <= opens:
            closes += timedelta(days=1)
        if EVERY_DAY[day.weekday()] in held.hours.days and opens <= local < closes:
            return True
    return False
