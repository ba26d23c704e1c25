"""Tests of lib/replay/risk.py."""

import pytest

from lib.replay.risk import risks_of, weight


@pytest.mark.parametrize(
    ("body", "tag", "risks"),
    [
        ("Hello.", None, ()),
        ("What does it cost?", None, ("pricing",)),
        ("We paid $900 a month.", None, ("amount", "cadence")),
        ("Was kostet das pro Monat?", "Interested", ("pricing", "cadence", "tag")),
        ("Hello.", "Follow Up", ()),
    ],
)
def test_what_is_found(body: str, tag: str | None, risks: tuple[str, ...]) -> None:
    assert risks_of(body, tag) == risks


def test_more_weighs_more() -> None:
    assert weight(()) < weight(("tag",)) < weight(("cadence",)) < weight(("pricing", "tag"))
