"""Tests of lib/drafts/invariants/empty_draft.py."""

import pytest

from lib.drafts.invariants.empty_draft import empty_draft
from tests.drafts.invariants.cases import reply


@pytest.mark.parametrize("draft", ["", "  \n\t ", "\u200b\u200d", "\u00a0"])
def test_a_blank_draft_breaks_it(draft: str) -> None:
    broken = empty_draft(reply(draft))
    assert broken is not None
    assert broken.code == "empty_draft"


def test_any_visible_character_holds_it() -> None:
    assert empty_draft(reply(".")) is None
