"""Tests of lib/drafts/classification.py."""

import pytest

from lib.drafts.classification import is_automated, is_opt_out, tag_for
from lib.drafts.extraction import extract_from


def test_an_opt_out_is_recognised_by_text_or_subject() -> None:
    """The many ways to say it: test_opt_out.py."""
    assert is_opt_out("Please unsubscribe me")
    assert is_opt_out("", "unsubscribe")
    assert not is_opt_out("Can we meet?", "Your offer")


@pytest.mark.parametrize(
    ("subject", "body", "automation", "expected"),
    [
        ("Re: x", "hello", "auto_reply", True),
        ("Re: x", "hello", "bounce", True),
        ("Automatic reply: x", "hello", None, True),
        ("Re: out of office?", "I am out of the office next week, can we meet Monday?", None, False),
        (None, "hello", None, False),
    ],
)
def test_a_machine_is_recognised(
    subject: str | None, body: str, automation: str | None, *, expected: bool
) -> None:
    """The many ways to tell: test_machine_text.py."""
    assert is_automated(subject, body, automation) is expected


@pytest.mark.parametrize(
    ("body", "before", "expected"),
    [
        ("Can we schedule a meeting?", None, "Meeting Requested"),
        ("Can you give me a call on Tuesday?", None, "Call Requested"),
        ("How much is it?", None, "Information Requested"),
        ("Send me more details", None, "Information Requested"),
        ("Sounds great, I'm interested", None, "Interested"),
        ("Not interested", "Interested", "Not Interested"),
        ("ok", "Automated Reply", "Follow Up"),
        ("ok", "Undeliverable", "Follow Up"),
        ("ok", None, "Follow Up"),
        ("ok", "Opt Out", "Opt Out"),
        ("ok", "Blacklist", "Blacklist"),
        ("How much is it?", "Opt Out", "Information Requested"),
    ],
)
def test_the_tag_follows_from_what_is_wanted(body: str, before: str | None, expected: str) -> None:
    assert tag_for(body, extract_from(body, ()), before) == expected
