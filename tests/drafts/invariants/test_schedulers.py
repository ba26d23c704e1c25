"""Tests of lib/drafts/invariants/schedulers.py."""

import pytest

from lib.drafts.invariants.urls import is_scheduling


@pytest.mark.parametrize(
    "url",
    [
        "https://tidycal.com/jane",
        "https://zcal.co/jane",
        "https://jane.youcanbook.me",
        "https://app.reclaim.ai/m/jane",
        "https://lemcal.com/@jane",
        "https://app.apollo.io/#/meet/jane",
        "https://acme.pipedrive.com/scheduler/abc",
        "https://scheduler.zoom.us/jane",
        "https://bookings.zoho.eu/portal/acme",
        "https://outlook.office.com/bookwithme/user/abc",
        "https://squareup.com/appointments/book/abc",
        "https://cal.com.acme-intro.co/jane",
        "https://r.example/?to=https%3A%2F%2Fcal.com%2Fjane",
        "https://r.example/?to=https%253A%252F%252Fcalendly.com%252Fjane",
        "https://example.com/request-a-call",
        "https://example.com/pick-a-time",
        "https://termine.example.de/jane",
        "https://example.fr/rdv",
    ],
)
def test_known_by_host_path_or_what_it_leads_to(url: str) -> None:
    assert is_scheduling(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://us02web.zoom.us/j/123",
        "https://meet.google.com/abc-defg-hij",
        "https://github.com/calcom/cal.com",
        "https://example.com/blog/how-to-book-more-meetings",
        "https://example.com/docs/release-schedule",
        "https://example.com/ebooks/heat",
        "https://example.com/integrations/calendly",
        "https://hubspot.com/pricing",
    ],
)
def test_what_books_nothing_is_none(url: str) -> None:
    assert not is_scheduling(url)
