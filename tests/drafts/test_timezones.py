"""Tests of lib/drafts/timezones.py."""

import pytest

from lib.drafts.timezones import timezone_in


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I am in Europe/Madrid", "Europe/Madrid"),
        ("Europe/Nowhere", None),
        ("America/Argentina/Buenos_Aires time", "America/Argentina/Buenos_Aires"),
        ("2pm ET", "America/New_York"),
        ("10 am pst", "America/Los_Angeles"),
        ("14:00 CET", "Europe/Berlin"),
        ("14:00 UTC", "UTC"),
        ("noon BST", "Europe/London"),
        ("pacific time please", "America/Los_Angeles"),
        ("New York time", "America/New_York"),
        ("2pm IST", None),
        ("at the pet shop", None),
        ("", None),
    ],
)
def test_a_zone_is_an_iana_name_or_none(text: str, expected: str | None) -> None:
    """Domain §3: detected timezone, IANA or null; an abbreviation of several zones is none."""
    assert timezone_in(text) == expected
