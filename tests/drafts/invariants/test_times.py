"""Tests of lib/drafts/invariants/times.py."""

import pytest

from lib.drafts.invariants.times import named_times, times_in

SAID = {
    # twelve hours
    "2pm": ["2:00pm"],
    "2 PM": ["2:00pm"],
    "2:00 PM": ["2:00pm"],
    "2\u202fPM": ["2:00pm"],
    "2.30 p.m.": ["2:30pm"],
    "12am": ["12:00am"],
    "12pm": ["12:00pm"],
    "2pm and 4:15pm": ["2:00pm", "4:15pm"],
    "Tuesday \uff12\uff50\uff4d": ["2:00pm"],
    "two pm": ["2:00pm"],
    # twenty-four hours
    "14:00": ["2:00pm"],
    "09:30": ["9:30am"],
    "00:15": ["12:15am"],
    "14:00:00": ["2:00pm"],
    "2026-03-03T14:00:00+01:00": ["2:00pm"],
    "14:00 (UTC+02:00)": ["2:00pm"],
    # two readings
    "2:00": ["2:00am|2:00pm"],
    "at 2": ["2:00am|2:00pm"],
    "see you at 2 on Friday": ["2:00am|2:00pm"],
    "two o'clock": ["2:00am|2:00pm"],
    "half past two": ["2:30am|2:30pm"],
    "quarter to one": ["12:45am|12:45pm"],
    # both ends of a range
    "2-3pm": ["2:00pm", "3:00pm"],
    "2\u20133 pm": ["2:00pm", "3:00pm"],
    "between 2 and 3:30pm": ["2:00pm", "3:30pm"],
    "11-1pm": ["11:00am", "1:00pm"],
    "10:00-11:00": ["10:00am|10:00pm", "11:00am|11:00pm"],
    # words
    "at noon": ["12:00pm"],
    "midnight": ["12:00am"],
    # other languages
    "um 14 Uhr": ["2:00pm"],
    "14.30 Uhr": ["2:30pm"],
    "zwischen 14 und 15 Uhr": ["2:00pm", "3:00pm"],
    "14h30": ["2:30pm"],
    "à 14 h": ["2:00pm"],
    "a las 14": ["2:00pm"],
    # with a date beside it
    "Tuesday, March 3 at 2:00 PM": ["2:00pm"],
    "Tuesday, March 3 - 2pm": ["2:00pm"],
    "March 3 2:00 PM": ["2:00pm"],
    # no time
    "this afternoon": [],
    "24/7": [],
    "at 2 locations": [],
    "a 30 minute call": [],
    "within 24h": [],
    "version 1.2.3": [],
    "25:00": [],
    "99pm": [],
    "three people": [],
    "https://example.com/14:00": [],
    "3/3/2026": [],
    "": [],
}


@pytest.mark.parametrize(("text", "expected"), SAID.items(), ids=[repr(text) for text in SAID])
def test_a_time_is_read_in_every_form(text: str, expected: list[str]) -> None:
    """Domain §3: times normalise to `h:mmam`; a bar stands between two readings."""
    assert sorted("|".join(sorted(mention)) for mention in named_times(text)) == sorted(expected)


def test_all_readings_together() -> None:
    assert times_in("2:00; 3pm") == {"2:00am", "2:00pm", "3:00pm"}
