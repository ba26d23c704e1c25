"""Tests of lib/drafts/disposition.py."""

import pytest

from lib.drafts.disposition import disposition


@pytest.mark.parametrize(
    ("sent_body", "composed", "sent_by", "expected"),
    [
        ("Hello\n\nYou", "Hello\n\nYou", "setter", "APPROVED"),
        ("Hello\n\nYou", "Hello\n\nYou", None, "APPROVED"),
        ("Hello\n\nYou", "Hello\n\nYou", "ai", "AUTO_SENT"),
        ("Hello  \r\n\r\nYou\r\n", "Hello\n\nYou", "setter", "APPROVED"),
        ("Hello\n\nMe", "Hello\n\nYou", "setter", "EDITED"),
        ("Hello\n\nMe", "Hello\n\nYou", "ai", "EDITED"),
        ("Hello You", "Hello\n\nYou", "setter", "EDITED"),
    ],
)
def test_it_follows_from_the_stored_body(
    sent_body: str, composed: str, sent_by: str | None, expected: str
) -> None:
    """Failure D6: from the stored sent body, whatever a caller has in hand."""
    assert disposition(sent_body=sent_body, composed=composed, sent_by=sent_by) == expected
