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
    "March sixth": ["March 6"],
    "March twenty-first": ["March 21"],
    "the ninth of March": ["March 9"],
    "9th Mar": ["March 9"],
    "March9": ["March 9"],
    "9-Mar-2026": ["March 9"],
    "Mar-9": ["March 9"],
    "March 3, 4 or 9": ["March 3", "March 4", "March 9"],
    "March 3, 2pm": ["March 3"],
    "March 3, 10:30 AM": ["March 3"],
    "3 or 11 March": ["March 11", "March 3"],
    "3rd and 4th of March": ["March 4", "March 3"],
    "3.-5. März": ["March 5", "March 3"],
    "2026/03/09": ["March 9"],
    "2026.3.9": ["March 9"],
    "20260309": ["March 9"],
    "09-03-2026": ["March 9|September 3"],
    "3/9/26": ["March 9|September 3"],
    "I have 3/9 at 2pm": ["March 9|September 3"],
    "3/9, 2pm": ["March 9|September 3"],
    "3/9 or 3/10": ["March 9|September 3", "March 10|October 3"],
    "Tue 3/10": ["March 10|October 3"],
    "am 9.3 um 14 Uhr": ["March 9"],
    "9. 3. 2026": ["March 9"],
    "on 12.03.2026.": ["March 12"],
    "9 marzo": ["March 9"],
    "9 de março": ["March 9"],
    "9 maart": ["March 9"],
    "9. Dez.": ["December 9"],
    "9 févr.": ["February 9"],
    "Маrсh 9": ["March 9"],  # noqa: RUF001
    "M\u00adarch\u200b 9": ["March 9"],
    "<b>March</b> <b>9</b>": ["March 9"],
    "**March** _9th_": ["March 9"],
    "March ９": ["March 9"],  # noqa: RUF001
    "March\n9": ["March 9"],
    "in March 30 teams joined": [],
    "There may be 3": [],
    "may 3 of us join": [],
    "at 2 May I call?": [],
    "Marketing 12-month plan": [],
    "9/10 of them renew": [],
    "8/10 and 12/14 in both colours": [],
    "ticket 2026-0312": [],
    "phone 03/12345": [],
    "rated 9/10.": [],
    "about 1/2 hour": [],
    "24/7.": [],
    "we march 10 miles": [],
    "50/50.": [],
    "the first works": [],
    "the 2nd works": [],
    "the 20th century": [],
    "Tuesday first thing": [],
    "https://example.com/2026-03-09": [],
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


@pytest.mark.parametrize(
    "text",
    [
        "How about the 9th?", "the 9th works", "moved to the 9th.", "Friday 9th at 11am", "Fri, the 9th",
        "on the ninth", "Freitag 9. um 14 Uhr", "le 9 à 14h", "el 9 a las 14:00", "Friday 9 at 2pm",
    ],
)  # fmt: skip
def test_a_day_alone_may_be_of_any_month(text: str) -> None:
    (mention,) = named_dates(text)
    assert {reading.split()[1] for reading in mention} == {"9"}
    assert len(mention) == 12


def test_all_readings_together() -> None:
    assert dates_in("March 3, 5 May and 6/1/2026") == {"March 3", "May 5", "June 1", "January 6"}


def test_what_was_a_date_is_not_searched_for_times() -> None:
    assert "3" not in without_dates("March 3")
