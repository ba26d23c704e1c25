"""Tests of lib/drafts/invariants/dates.py."""

import pytest

from lib.drafts.invariants.dates import dates_in, named_dates, without_dates

SAID = {
    "March 3": ["March 3"],
    "march 3rd": ["March 3"],
    "Mar. 3, 2026": ["March 3"],
    "March the 3rd": ["March 3"],
    "3 March": ["March 3"],
    "3rd of March 2026": ["March 3"],
    "Tuesday, March 3 at 2:00 PM": ["March 3"],
    "March 3-5": ["March 3", "March 5"],
    "March 3 and 4": ["March 3", "March 4"],
    "March 3 or 4pm": ["March 3"],
    "March 3 - 14:00": ["March 3"],
    "2026-03-03": ["March 3"],
    "on 3/4": ["April 3|March 4"],
    "3/31/2026": ["March 31"],
    "03.03.2026": ["March 3"],
    "am 3.4. um 14 Uhr": ["April 3"],
    "3. März": ["March 3"],
    "3 de marzo": ["March 3"],
    "le 1er mars": ["March 1"],
    "3 août": ["August 3"],
    "Tuesday": [],
    "tomorrow": [],
    "March 2026": [],
    "February 30": [],
    "24/7": [],
    "1/2 of them": [],
    "version 1.2.3": [],
    "the 2nd option": [],
    "in March 3pm suits me": [],
    "": [],
}


@pytest.mark.parametrize(("text", "expected"), SAID.items(), ids=[repr(text) for text in SAID])
def test_a_date_is_read_in_every_form(text: str, expected: list[str]) -> None:
    """Domain §3: dates normalise to "Month d"; a bar stands between two readings."""
    assert ["|".join(sorted(mention)) for mention in named_dates(text)] == expected


def test_a_day_whose_month_is_left_open_has_a_reading_in_each_month() -> None:
    (mention,) = named_dates("see you on the 31st.")
    assert len(mention) == 7


def test_all_readings_together() -> None:
    assert dates_in("March 3, 5 May and 6/1/2026") == {"March 3", "May 5", "June 1", "January 6"}


def test_what_was_a_date_is_not_searched_for_times() -> None:
    assert "3" not in without_dates("March 3")
