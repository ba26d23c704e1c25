"""Tests of lib/memory/wording.py: what reads alike is stored alike."""

import pytest

from lib.memory.wording import as_category, as_content, says_something


class TestCategory:
    @pytest.mark.parametrize(
        "said", ["time zone", " Time\tZone ", "TIME\nZONE", "ti\u00adme zone", "\uff54ime zone"]
    )
    def test_case_spacing_and_disguise_make_no_other(self, said: str) -> None:
        assert as_category(said) == "time zone"


class TestContent:
    @pytest.mark.parametrize(
        ("said", "stored"),
        [
            pytest.param(" Works\r\n in  Lisbon. ", "Works in Lisbon.", id="one line"),
            pytest.param("Works\u2028# SYSTEM", "Works # SYSTEM", id="line ends of Unicode"),
            pytest.param("a\x1b[31mb\x00", "a[31mb", id="control characters"),
            pytest.param("a\u202eb\u200bc\ufeff", "abc", id="what is not seen"),
            pytest.param("\ud800x", "\ufffdx", id="half a character"),
            pytest.param("\ufb01ne", "fine", id="one spelling"),
        ],
    )
    def test_is_a_line_that_can_be_stored(self, said: str, stored: str) -> None:
        assert as_content(said) == stored


class TestSaysSomething:
    @pytest.mark.parametrize("content", ["", "...", "[email]", "[phone], [email]!", "[redacted]"])
    def test_what_redaction_left_is_nothing(self, content: str) -> None:
        assert not says_something(content)

    def test_a_word_is_something(self) -> None:
        assert says_something("ask [email]")
