"""Tests of lib/drafts/absence.py."""

from datetime import date

import pytest

from lib.drafts.absence import away_until

WRITTEN = date(2026, 2, 26)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("out until Monday, March 9 and", "2026-03-09"),
        ("bis zum 9. März im Urlaub", "2026-03-09"),
        ("bis einschließlich 09.03.2026", "2026-03-09"),
        ("jusqu'au 9 mars inclus", "2026-03-09"),
        ("hasta el 9 de marzo", "2026-03-09"),
        ("fino al 9 marzo", "2026-03-09"),
        ("tot en met 9 maart", "2026-03-09"),
        ("até 9 de março", "2026-03-09"),
        ("back on 2026-03-09", "2026-03-09"),
        ("until 3/9/2026", None),
        ("until 23/3/2026", "2026-03-23"),
        ("until 3/23", "2026-03-23"),
        ("I am away", None),
        ("returning January 4", "2027-01-04"),
        ("from March 2 until March 9; back on March 10", "2026-03-10"),
        ("until February 30", None),
        ("until the 9th of March", "2026-03-09"),
        ("wieder ab dem 10.3. erreichbar", "2026-03-10"),
        ("back on Monday", None),
        ("I was out until March 9, 2024", None),
        ("de retour le lundi 9 mars 2026", "2026-03-09"),
        ("terug op 9 maart", "2026-03-09"),
        ("hasta el 09/03/2026", "2026-03-09"),
        ("until 99/99", None),
        ("I am back May 5", "2026-05-05"),
    ],
)
def test_until_when_somebody_is_away(text: str, expected: str | None) -> None:
    """What could be read in two ways is not guessed."""
    found = away_until(text, WRITTEN)
    assert (found and found.isoformat()) == expected


def test_a_leap_day_and_the_first_of_a_year() -> None:
    assert away_until("until February 29", date(2028, 1, 5)) == date(2028, 2, 29)
    assert away_until("bis 1.1.", date(2026, 12, 24)) == date(2027, 1, 1)
