"""Tests of lib/llm/retry_after.py."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.llm.retry_after import LONGEST, retry_after

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


class TestRetryAfter:
    @pytest.mark.parametrize(
        ("headers", "expected"),
        [
            pytest.param({}, None, id="missing"),
            pytest.param({"retry-after": " "}, None, id="blank"),
            pytest.param({"retry-after": "20"}, timedelta(seconds=20), id="seconds"),
            pytest.param({"retry-after": "0.5"}, timedelta(seconds=0.5), id="a part of one"),
            pytest.param({"retry-after": "-5"}, None, id="negative"),
            pytest.param({"retry-after": "9" * 400}, LONGEST, id="for ever"),
            pytest.param({"retry-after": "٣"}, None, id="other digits"),
            pytest.param({"retry-after": "soon"}, None, id="words"),
            pytest.param(
                {"retry-after": "Mon, 02 Mar 2026 09:01:00 GMT"},
                timedelta(minutes=1),
                id="a date by our clock",
            ),
            pytest.param(
                {"retry-after": "Mon, 02 Mar 2026 09:01:00 GMT", "date": "Mon, 02 Mar 2026 09:00:50 GMT"},
                timedelta(seconds=10),
                id="a date by theirs",
            ),
            pytest.param({"retry-after": "Mon, 02 Mar 2026 08:00:00 GMT"}, timedelta(0), id="past"),
            pytest.param({"retry-after": "Mon, 02 Mar 2099 08:00:00 GMT"}, LONGEST, id="far"),
        ],
    )
    def test_reads(self, headers: dict[str, str], expected: timedelta | None) -> None:
        assert retry_after(headers, now=NOW) == expected

    @given(said=st.text(), date=st.text())
    def test_any_text_is_read_or_not(self, said: str, date: str) -> None:
        """Never a crash, never a wait below nothing or beyond the longest."""
        found = retry_after({"retry-after": said, "date": date}, now=NOW)
        assert found is None or timedelta(0) <= found <= LONGEST
