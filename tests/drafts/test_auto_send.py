"""Tests of lib/drafts/auto_send.py."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.drafts.auto_send import (
    AutoSendDecision,
    AutoSendFacts,
    AutoSendReason,
    AutoSendVerdict,
    Since,
    decide_release,
    decide_schedule,
    delay_for,
    not_pending,
)
from lib.drafts.conversation import Channel, LeadStatus
from lib.drafts.sending_hours import SendingHours
from lib.inbox.workspace_settings import AutoSendPolicy, WorkingHours

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)  # a Tuesday
OFFICE = SendingHours(hours=WorkingHours(), zone=ZoneInfo("UTC"))
MESSAGE = UUID("9a4c0f6e-6a39-4f4b-8f25-2ad21de1a001")
FINE = AutoSendFacts(
    kill_switch=False,
    policy=AutoSendPolicy(enabled=True),
    channel=Channel.EMAIL,
    lead_status=LeadStatus.ACTIVE,
    tags=("Meeting Requested",),
    opted_out=False,
    automated=False,
    elsewhere=False,
    broken=(),
    gate_failed=False,
    confidence=0.95,
    message_at=NOON - timedelta(minutes=1),
)
NOTHING = Since(
    edited=False, released=False, newer_inbound=False, outbound=False, other_send_open=False, sent_today=0
)
OFF = {"kill_switch": {"kill_switch": True}, "workspace_policy_off": {"policy": AutoSendPolicy()}}
BLOCKS: list[tuple[str, dict[str, Any]]] = [
    ("channel_not_sendable", {"channel": Channel.SMS}),
    ("channel_not_sendable", {"channel": Channel.LINKEDIN}),
    ("lead_not_active", {"lead_status": LeadStatus.UNQUALIFIED}),
    ("lead_not_active", {"lead_status": LeadStatus.BLACKLISTED}),
    ("blocking_tag", {"tags": ("Blacklist",)}),
    ("blocking_tag", {"tags": ("Blacklisted",)}),
    ("blocking_tag", {"tags": ("Automated Reply",)}),
    ("blocking_tag", {"tags": (" opt-out ",)}),
    ("blocking_tag", {"tags": ("Opt Out", "Interested")}),
    ("blocking_tag", {"tags": (None, "Opt Out")}),
    ("opt_out", {"opted_out": True}),
    ("automated", {"automated": True}),
    ("reply_to", {"elsewhere": True}),
    ("empty_draft", {"broken": ("empty_draft",)}),
    ("invariant", {"broken": ("slot_mismatch",)}),
    ("gate_failed", {"gate_failed": True, "confidence": 1.0}),
    ("low_confidence", {"confidence": 0.8999}),
    ("low_confidence", {"confidence": math.nan}),
    ("low_confidence", {"confidence": 0.7, "policy": AutoSendPolicy(enabled=True, min_confidence=0.5)}),
    ("low_confidence", {"confidence": 0.95, "policy": AutoSendPolicy(enabled=True, min_confidence=0.99)}),
    ("too_old", {"message_at": NOON - timedelta(hours=72)}),
]
SINCE: list[tuple[str, dict[str, Any]]] = [
    ("edited", {"edited": True}),
    ("released_by_person", {"released": True}),
    ("newer_inbound", {"newer_inbound": True}),
    ("outbound_since", {"outbound": True}),
    ("other_send_open", {"other_send_open": True}),
    ("sends_used", {"sent_today": 5}),
]


def scheduled(facts: AutoSendFacts, *, now: datetime = NOON, kept: bool = False) -> AutoSendDecision:
    return decide_schedule(facts, message_id=MESSAGE, hours=OFFICE, now=now, kept=kept)


def released(
    facts: AutoSendFacts = FINE, since: Since = NOTHING, *, now: datetime = NOON
) -> AutoSendDecision:
    return decide_release(facts, since, hours=OFFICE, now=now)


def said(decision: AutoSendDecision) -> tuple[str, str]:
    return decision.verdict, decision.reason


class TestSchedule:
    def test_after_the_messages_own_delay(self) -> None:
        decision = scheduled(FINE)
        assert said(decision) == ("scheduled", "clear")
        assert decision.run_at == NOON + delay_for(MESSAGE)

    @pytest.mark.parametrize(
        "tag", [None, "Interested", "Not Interested", "Follow Up", "a word of their own"]
    )
    def test_other_tags_stop_nothing(self, tag: str | None) -> None:
        assert said(scheduled(replace(FINE, tags=(tag,)))) == ("scheduled", "clear")

    def test_just_confident_enough(self) -> None:
        assert said(scheduled(replace(FINE, confidence=0.9))) == ("scheduled", "clear")

    def test_moved_into_the_hours(self) -> None:
        friday_evening = datetime(2026, 11, 27, 16, 58, tzinfo=UTC)
        facts = replace(FINE, message_at=friday_evening)
        assert scheduled(facts, now=friday_evening).run_at == datetime(2026, 11, 30, 9, tzinfo=UTC)

    def test_not_moved_beyond_the_messages_age(self) -> None:
        """What would go out too late is not promised either."""
        friday_evening = datetime(2026, 11, 27, 16, 58, tzinfo=UTC)
        facts = replace(
            FINE, message_at=friday_evening, policy=AutoSendPolicy(enabled=True, max_age_hours=60)
        )
        assert said(scheduled(facts, now=friday_evening)) == ("blocked", "too_old")

    @pytest.mark.parametrize(("reason", "change"), OFF.items())
    def test_off(self, reason: str, change: dict[str, Any]) -> None:
        """Whatever else speaks against it, off is off."""
        decision = scheduled(replace(FINE, broken=("empty_draft",), **change))
        assert (said(decision), decision.run_at) == (("off", reason), None)

    @pytest.mark.parametrize(("reason", "change"), BLOCKS)
    def test_blocked(self, reason: str, change: dict[str, Any]) -> None:
        decision = scheduled(replace(FINE, **change))
        assert (said(decision), decision.run_at) == (("blocked", reason), None)

    def test_a_draft_that_was_there_before_was_judged_before(self) -> None:
        assert said(scheduled(FINE, kept=True)) == ("blocked", "draft_kept")

    def test_its_record_has_the_facts_and_nobodys_words(self) -> None:
        assert scheduled(FINE).as_json() == {
            "decision": "scheduled",
            "reason": "clear",
            "at": "2026-11-24T12:00:00.000Z",
            "runAt": "2026-11-24T12:05:09.000Z",
            "draft": None,
            "facts": {
                "confidence": 0.95,
                "minConfidence": 0.9,
                "invariants": [],
                "tags": ["Meeting Requested"],
                "leadStatus": "active",
                "channel": "email",
                "messageAt": "2026-11-24T11:59:00.000Z",
            },
        }


class TestDelay:
    @given(st.uuids())
    def test_is_three_to_seven_minutes_and_always_the_same(self, message: UUID) -> None:
        delay = delay_for(message)
        assert timedelta(seconds=180) <= delay <= timedelta(seconds=420)
        assert delay == delay_for(UUID(str(message)))

    def test_uses_its_whole_range(self) -> None:
        """Mails that came in together do not go out together."""
        drawn = {delay_for(UUID(int=number)) for number in range(4000)}
        assert (min(drawn).total_seconds(), max(drawn).total_seconds(), len(drawn)) == (180, 420, 241)


class TestRelease:
    def test_of_what_nothing_speaks_against(self) -> None:
        decision = released()
        assert (said(decision), decision.run_at) == (("released", "clear"), None)

    @pytest.mark.parametrize(("reason", "change"), [*OFF.items(), *BLOCKS])
    def test_asks_everything_again(self, reason: str, change: dict[str, Any]) -> None:
        now = NOON + timedelta(minutes=5)
        assert said(released(replace(FINE, **change), now=now)) == ("skipped", reason)

    @pytest.mark.parametrize(("reason", "change"), SINCE)
    def test_sees_what_came_in_between(self, reason: str, change: dict[str, Any]) -> None:
        """Before what is said of the text: an edited draft is a person's, whatever it now says."""
        edited = replace(FINE, broken=("slot_mismatch",))
        assert said(released(edited, replace(NOTHING, **change))) == ("skipped", reason)

    def test_out_of_hours_comes_back_when_open(self) -> None:
        evening = datetime(2026, 11, 24, 17, tzinfo=UTC)
        decision = released(now=evening)
        assert said(decision) == ("postponed", "outside_hours")
        assert decision.run_at == datetime(2026, 11, 25, 9, tzinfo=UTC)

    def test_too_late_is_not_postponed(self) -> None:
        late = NOON + timedelta(days=3)
        assert said(released(now=late)) == ("skipped", "too_old")

    def test_a_draft_in_another_state_says_which(self) -> None:
        record = not_pending("approved", NOON).as_json()
        assert (record["decision"], record["reason"], record["draft"]) == (
            "skipped",
            "not_pending",
            "approved",
        )


class TestLaws:
    @given(st.data())
    def test_only_what_speaks_for_it_in_everything_goes(self, data: st.DataObject) -> None:
        """Released and scheduled mean that not one fact is against it, whatever the combination."""
        changes = data.draw(st.lists(st.sampled_from([change for _, change in BLOCKS]), max_size=3))
        changes += data.draw(st.lists(st.sampled_from(list(OFF.values())), max_size=1))
        since = data.draw(st.lists(st.sampled_from([change for _, change in SINCE]), max_size=2))
        facts, between = FINE, NOTHING
        for change in changes:
            facts = replace(facts, **change)
        for change in since:
            between = replace(between, **change)
        now = NOON + timedelta(minutes=5)
        clear = facts == FINE
        assert (scheduled(facts, now=now).verdict is AutoSendVerdict.SCHEDULED) == clear
        assert (released(facts, between, now=now).verdict is AutoSendVerdict.RELEASED) == (
            clear and between == NOTHING
        )


def test_every_word_is_documented() -> None:
    page = Path("docs/drafts.md").read_text(encoding="utf-8")
    assert [word for word in (*AutoSendVerdict, *AutoSendReason) if f"| `{word}` |" not in page] == []


def test_every_reason_is_reached() -> None:
    """A reason that nothing gives is a word too many."""
    reached = {reason for reason, _ in (*OFF.items(), *BLOCKS, *SINCE)}
    assert reached | {"draft_kept", "not_pending", "outside_hours", "clear", "never_open"} == set(
        AutoSendReason
    )
