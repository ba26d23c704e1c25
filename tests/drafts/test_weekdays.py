"""Tests of lib/drafts/weekdays.py."""

import pytest

from lib.drafts.weekdays import weekdays_in


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Tue or Wednesdays, tuesday", ("Tuesday", "Wednesday")),
        ("am Donnerstag", ("Thursday",)),
        ("vendredi ou sábado", ("Friday", "Saturday")),
        ("money sunken", ()),
    ],
)
def test_they_are_named_in_english_each_once(text: str, expected: tuple[str, ...]) -> None:
    assert weekdays_in(text) == expected
