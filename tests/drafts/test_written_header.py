"""Tests of lib/drafts/written_header.py."""

import pytest

from lib.drafts.written_header import WrittenHeader


@pytest.mark.parametrize("line", ["", " x", "a\nb", "a\r\nBcc: b", "a\x85b", "a\u2028b", "a\0"])
def test_a_header_takes_no_line_that_is_not_one(line: str) -> None:
    with pytest.raises(ValueError, match="one line"):
        WrittenHeader("Subject", line)
