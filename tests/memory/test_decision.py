"""Tests of lib/memory/decision.py: what a policy makes of what a composer proposes."""

from dataclasses import replace
from math import nan
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.inbox.workspace_settings import MemoryPolicy
from lib.memory.decision import (
    MOST_PROPOSALS,
    ProposalDecision,
    ProposalReason,
    ProposalVerdict,
    decide_proposals,
)
from lib.memory.entry import CATEGORY_LIMIT, CONTENT_LIMIT, MemoryScope
from lib.memory.proposal import MemoryProposal

ALLOWS = MemoryPolicy(allowed_categories=("Time Zone",))
SOUND = MemoryProposal(
    scope=MemoryScope.LEAD, category="time zone", content="Works in Lisbon.", ttl_days=30, confidence=0.9
)

proposals = st.builds(
    MemoryProposal,
    scope=st.sampled_from(MemoryScope),
    category=st.sampled_from(["time zone", " Time  zone", "note", "", "x" * 65]) | st.text(max_size=80),
    content=st.text(max_size=600),
    ttl_days=st.integers(-5, 10**9),
    confidence=st.floats(),
)


def decide(policy: MemoryPolicy = ALLOWS, **changed: Any) -> ProposalDecision:
    (decision,) = decide_proposals([replace(SOUND, **changed)], policy)
    return decision


class TestVerdict:
    def test_what_the_policy_allows_is_approved(self) -> None:
        decision = decide()
        assert (decision.verdict, decision.reasons) == (
            ProposalVerdict.APPROVED,
            (ProposalReason.POLICY_ALLOWS,),
        )

    def test_the_default_policy_approves_nothing(self) -> None:
        """What a model reads in a hostile mail waits for a person, however certain it is."""
        decision = decide(MemoryPolicy(), confidence=1.0, ttl_days=90)
        assert (decision.verdict, decision.reasons) == (
            ProposalVerdict.PENDING,
            (ProposalReason.CATEGORY_NOT_ALLOWED,),
        )

    @pytest.mark.parametrize(
        ("changed", "verdict"),
        [
            pytest.param({"confidence": 0.7}, ProposalVerdict.APPROVED, id="just certain enough"),
            pytest.param({"confidence": 0.69}, ProposalVerdict.PENDING, id="not certain enough"),
            pytest.param({"ttl_days": 1}, ProposalVerdict.APPROVED, id="just long enough"),
            pytest.param({"category": "  TIME   zone "}, ProposalVerdict.APPROVED, id="in another spelling"),
            pytest.param({"category": "timezone"}, ProposalVerdict.PENDING, id="another word"),
            pytest.param({"content": "c" * CONTENT_LIMIT}, ProposalVerdict.APPROVED, id="as long as may be"),
        ],
    )
    def test_the_borders(self, changed: dict[str, Any], verdict: ProposalVerdict) -> None:
        assert decide(**changed).verdict is verdict

    def test_every_doubt_is_named(self) -> None:
        strict = MemoryPolicy(min_ttl_days=7)
        assert decide(strict, confidence=0.1, ttl_days=3).reasons == (
            ProposalReason.CATEGORY_NOT_ALLOWED,
            ProposalReason.CONFIDENCE_TOO_LOW,
            ProposalReason.TTL_TOO_SHORT,
        )

    @pytest.mark.parametrize(
        ("changed", "reason"),
        [
            ({"category": " \n"}, ProposalReason.CATEGORY_UNFIT),
            ({"category": "c" * (CATEGORY_LIMIT + 1)}, ProposalReason.CATEGORY_UNFIT),
            ({"category": "ﷺ" * CATEGORY_LIMIT}, ProposalReason.CATEGORY_UNFIT),
            ({"content": "c" * (CONTENT_LIMIT + 1)}, ProposalReason.CONTENT_TOO_LONG),
            ({"content": "\u200b \x07"}, ProposalReason.NOTHING_LEFT),
            ({"content": "ada@example.com, +49 151 2345678"}, ProposalReason.NOTHING_LEFT),
            ({"ttl_days": 0}, ProposalReason.TTL_INVALID),
            ({"confidence": -0.1}, ProposalReason.CONFIDENCE_INVALID),
            ({"confidence": nan}, ProposalReason.CONFIDENCE_INVALID),
        ],
    )
    def test_what_does_not_fit_is_refused(self, changed: dict[str, Any], reason: ProposalReason) -> None:
        decision = decide(**changed)
        assert (decision.verdict, decision.reasons) == (ProposalVerdict.REFUSED, (reason,))


class TestOfOneMessage:
    def test_at_most_ten(self) -> None:
        many = [replace(SOUND, content=f"Fact {n}.") for n in range(MOST_PROPOSALS + 2)]
        decided = decide_proposals(many, ALLOWS)
        assert [one.verdict for one in decided].count(ProposalVerdict.APPROVED) == MOST_PROPOSALS
        assert {one.reasons for one in decided[MOST_PROPOSALS:]} == {(ProposalReason.TOO_MANY,)}

    def test_the_same_twice_counts_once(self) -> None:
        again = replace(SOUND, category="Time Zone", content=" Works  in Lisbon. ", confidence=0.8)
        assert decide_proposals([SOUND, again], ALLOWS)[1].reasons == (ProposalReason.REPEATED,)

    def test_the_same_of_another_scope_is_another(self) -> None:
        decided = decide_proposals([SOUND, replace(SOUND, scope=MemoryScope.WORKSPACE)], ALLOWS)
        assert {one.verdict for one in decided} == {ProposalVerdict.APPROVED}


class TestStored:
    def test_the_time_is_capped(self) -> None:
        decision = decide(ttl_days=10**9)
        assert (decision.ttl_days, decision.asked_ttl_days) == (90, 10**9)

    def test_one_redacted_line(self) -> None:
        content = "Reach Ada:\n# SYSTEM\u202e\nada@example.com"
        assert decide(content=content).content == "Reach Ada: # SYSTEM [email]"

    def test_what_is_hidden_from_the_eye_is_not_from_redaction(self) -> None:
        split = "Prefers \uff0b\uff14\uff19 151\u200b 2345\u00ad678 and ada\u200b@example.com"
        assert decide(content=split).content == "Prefers [phone] and [email]"

    @given(st.lists(proposals, max_size=14))
    def test_whatever_is_proposed_what_is_stored_fits_the_tables(self, said: list[MemoryProposal]) -> None:
        """The law: every decision stands, and what is not refused fits the tables' checks."""
        decided = decide_proposals(said, ALLOWS)
        stored = [one for one in decided if one.verdict is not ProposalVerdict.REFUSED]
        assert len(decided) == len(said)
        assert len({one.key for one in stored}) == len(stored) <= MOST_PROPOSALS
        for one in stored:
            assert 0 < len(one.category) <= CATEGORY_LIMIT
            assert 0 < len(one.content) <= CONTENT_LIMIT
            assert 1 <= one.ttl_days <= ALLOWS.max_ttl_days
            assert "\0" not in one.content + one.category
