"""Tests of lib/drafts/invariants/urls.py."""

import pytest

from lib.drafts.invariants.urls import is_scheduling, same_address, scheduling_urls, urls_in, without_urls


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("see https://example.com/a.", ("https://example.com/a",)),
        ("(https://example.com/a)", ("https://example.com/a",)),
        ("[x](https://example.com/a_(b))", ("https://example.com/a_(b)",)),
        ("<www.example.com/a>", ("www.example.com/a",)),
        ("calendly.com/jane!", ("calendly.com/jane",)),
        ("mail jane@calendly.com/x", ()),
        ("example.com/a", ()),
    ],
)
def test_an_address_begins_with_http_or_www(text: str, expected: tuple[str, ...]) -> None:
    """Domain §3; a known scheduler's bare address counts too, since mail readers make a link of it."""
    assert urls_in(text) == expected


@pytest.mark.parametrize(
    "url",
    [
        "https://calendly.com/jane/30min",
        "https://cal.com/jane",
        "www.cal.com/jane",
        "https://savvycal.com/jane",
        "https://acme.chilipiper.com/book/me",
        "https://meetings.hubspot.com/jane",
        "https://meetings-eu1.hubspot.com/jane",
        "https://app.hubspot.com/meetings/jane",
        "https://outlook.office365.com/book/acme@example.com/",
        "https://calendar.app.google/abc",
        "https://calendar.google.com/calendar/u/0/appointments/schedules/abc",
        "https://bookings.cloud.microsoft/book/acme",
        "https://app.usemotion.com/meet/jane",
        "https://book.example.com/jane",
        "https://example.com/book-a-demo",
        "https://example.com/en/schedule",
        "https://calendly.com.evil.example/jane",
        "https://calendly.com@evil.example/jane",
    ],
)
def test_a_scheduler_is_known_by_its_host_or_path(url: str) -> None:
    assert is_scheduling(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com",
        "https://example.com/pricing",
        "https://facebook.com/acme",
        "https://example.com/book-review",
        "https://example.com/meeting-rooms",
        "https://ebooks.example.com/x",
        "https://[broken",
    ],
)
def test_another_address_is_none(url: str) -> None:
    assert not is_scheduling(url)


@pytest.mark.parametrize(
    ("url", "allowed", "same"),
    [
        ("https://calendly.com/jane", "https://calendly.com/jane/", True),
        ("http://www.Calendly.com/jane", "https://calendly.com/jane", True),
        ("calendly.com/jane", "https://calendly.com/jane", True),
        ("https://calendly.com/jane?month=3", "https://calendly.com/jane", True),
        ("https://calendly.com/jane#x", "https://calendly.com/jane", True),
        ("https://book.example.com/?a=1", "https://book.example.com/?a=1", True),
        ("https://book.example.com/?a=2", "https://book.example.com/?a=1", False),
        ("https://calendly.com/jane/long", "https://calendly.com/jane", False),
        ("https://calendly.com/john", "https://calendly.com/jane", False),
        ("https://calendly.com.evil.example/jane", "https://calendly.com/jane", False),
        ("https://[broken", "https://calendly.com/jane", False),
    ],
)
def test_the_same_address(url: str, allowed: str, *, same: bool) -> None:
    assert same_address(url, allowed) is same


def test_addresses_are_taken_out_of_a_text() -> None:
    assert without_urls("at https://example.com/14:00 or calendly.com/x now") == "at   or   now"


def test_only_schedulers_are_picked() -> None:
    assert scheduling_urls("https://example.com/a https://calendly.com/b") == ("https://calendly.com/b",)
