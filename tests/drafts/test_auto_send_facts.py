"""Tests of lib/drafts/auto_send_facts.py."""

import math
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from lib.drafts.auto_send import AutoSendFacts
from lib.drafts.auto_send_facts import Candidate
from lib.drafts.conversation import Conversation, Direction
from lib.inbox.workspace_settings import AutoSendPolicy
from tests.drafts.conftest import SLOTS, conversation

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
SURE = {"confidence": 0.95, "issues": []}


def facts(
    said: Conversation,
    text: str = "Thank you.",
    judgement: dict[str, Any] | None = None,
    new_tag: str | None = None,
) -> AutoSendFacts:
    held = SURE if judgement is None else judgement
    candidate = Candidate(conversation=said, text=text, judgement=held, new_tag=new_tag)
    return candidate.facts(AutoSendPolicy(enabled=True), kill_switch=False, message_at=NOON, elsewhere=False)


@pytest.mark.parametrize(
    ("judgement", "confidence", "gate_failed"),
    [
        pytest.param(SURE, 0.95, False, id="a verdict"),
        pytest.param({"confidence": 1, "issues": []}, 1.0, False, id="a whole number"),
        pytest.param(
            {"confidence": 0.0, "issues": ["gate_failed: TimeoutError"]}, 0.0, True, id="none given"
        ),
        pytest.param({}, 0.0, True, id="nothing stored"),
        pytest.param({"omitted": "payload_too_large"}, 0.0, True, id="too large to be stored"),
        pytest.param({"confidence": "0.99", "issues": []}, 0.0, False, id="a text"),
        pytest.param({"confidence": True, "issues": []}, 0.0, False, id="a yes"),
        pytest.param({"confidence": 17, "issues": []}, 0.0, False, id="off the scale"),
        pytest.param({"confidence": math.nan, "issues": []}, 0.0, False, id="no number"),
    ],
)
def test_the_gates_word(judgement: dict[str, Any], confidence: float, *, gate_failed: bool) -> None:
    """What cannot be read counts as no confidence at all."""
    found = facts(conversation("Hello"), judgement=judgement)
    assert (found.confidence, found.gate_failed) == (confidence, gate_failed)


def test_the_invariants_are_asked_of_the_very_text() -> None:
    said = conversation("Can we meet?", slots=SLOTS)
    assert facts(said, "See you at 5pm.").broken == ("slot_mismatch",)
    assert facts(said, " ").broken == ("empty_draft",)
    assert facts(said, "Tuesday, March 3 at 2:00 PM would work for us.").broken == ()


def test_an_opt_out_before_the_latest_message_counts_until_it_is_answered() -> None:
    wish = (Direction.INBOUND, "Please unsubscribe me.")
    assert facts(conversation("Thanks.", before=(wish,))).opted_out
    answered = (wish, (Direction.OUTBOUND, "Done."))
    assert not facts(conversation("Can we talk after all?", before=answered)).opted_out


def test_a_machines_message_is_told() -> None:
    said = conversation("I am away.")
    machine = replace(said, trigger=replace(said.trigger, automation="auto_reply"))
    assert (facts(said).automated, facts(machine).automated) == (False, True)


def test_both_tags_count() -> None:
    said = conversation("Can we talk after all?", tag="Opt Out")
    assert facts(said, new_tag="Meeting Requested").tags == ("Opt Out", "Meeting Requested")
    assert facts(said).tags == ("Opt Out",)
