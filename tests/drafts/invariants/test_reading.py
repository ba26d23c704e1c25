"""Tests of lib/drafts/invariants/reading.py."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.drafts.invariants.reading import folded, readable


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2<b>p</b>m", "2pm"),
        ("<p>One</p><p>two</p>", "One\ntwo"),
        (
            '<a href="https://cal.com/x?a=1&amp;b=2">Pick a time</a>',
            "Pick a time <https://cal.com/x?a=1&b=2>",
        ),
        ("<p>Use <insert link></p>", "Use <insert link>"),
        ("<https://cal.com/x>", "<https://cal.com/x>"),
        ("see <link> at <time>", "see <link> at <time>"),
        ("Tom &amp; Ada &copy 2026", "Tom & Ada &copy 2026"),
        ("2\u00adp\u200bm", "2pm"),
        ("a\x00b", "ab"),
    ],
)
def test_what_a_reader_sees(text: str, expected: str) -> None:
    assert readable(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2 рм and 3 рm", "2 pm and 3 pm"),  # noqa: RUF001
        ("Маrсh", "March"),  # noqa: RUF001
        ("März, août, miércoles, Straße", "Marz, aout, miercoles, Strasse"),
        ("٣:٣٠", "3:30"),
        ("**5**pm, _Tuesday_, `14:00`", "5pm, Tuesday, 14:00"),
        ("snake_case", "snake_case"),
        ("14 : 30", "14:30"),
        ("14∶30", "14:30"),  # noqa: RUF001
        ("1O:3O and 2:oo", "10:30 and 2:00"),
        ("l:30pm", "1:30pm"),
        ("Ok, I am in", "Ok, I am in"),
    ],
)
def test_one_letter_one_form(text: str, expected: str) -> None:
    assert folded(text) == expected


@given(st.text(max_size=80))
def test_law_to_fold_again_changes_nothing(text: str) -> None:
    once = folded(readable(text))
    assert folded(once) == once
