"""Tests of lib/memory/proposal.py: what a model may answer."""

from typing import Any

import pytest
from pydantic import ValidationError

from lib.memory.entry import MemoryScope
from lib.memory.proposal import MemoryProposal, ProposedMemory

ANSWER = {
    "scope": "lead",
    "category": "timezone",
    "content": "Works in Europe/Berlin.",
    "ttlDays": 30,
    "confidence": 0.9,
}


class TestProposedMemory:
    def test_is_read_as_the_model_writes_it(self) -> None:
        assert ProposedMemory.model_validate(ANSWER).as_proposal() == MemoryProposal(
            scope=MemoryScope.LEAD,
            category="timezone",
            content="Works in Europe/Berlin.",
            ttl_days=30,
            confidence=0.9,
        )

    def test_a_whole_number_is_a_confidence(self) -> None:
        assert ProposedMemory.model_validate({**ANSWER, "confidence": 1}).confidence == 1.0

    @pytest.mark.parametrize(
        "wrong",
        [
            pytest.param({"scope": "everybody"}, id="unknown scope"),
            pytest.param({"category": " "}, id="blank category"),
            pytest.param({"category": "c" * 65}, id="long category"),
            pytest.param({"content": ""}, id="blank content"),
            pytest.param({"content": "c" * 501}, id="long content"),
            pytest.param({"ttlDays": 0}, id="no day"),
            pytest.param({"ttlDays": True}, id="a yes for a number"),
            pytest.param({"confidence": 1.01}, id="more than certain"),
            pytest.param({"confidence": float("nan")}, id="not a number"),
            pytest.param({"status": "APPROVED"}, id="approves itself"),
        ],
    )
    def test_what_does_not_fit_is_refused(self, wrong: dict[str, Any]) -> None:
        with pytest.raises(ValidationError):
            ProposedMemory.model_validate({**ANSWER, **wrong})
