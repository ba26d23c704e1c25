"""Tests of lib/drafts/no_draft.py; with their rows in test_pipeline.py."""

from dataclasses import replace
from typing import Any

import pytest

from lib.drafts.conversation import Conversation, LeadStatus
from lib.drafts.extraction import extract_from
from lib.drafts.no_draft import (
    NoDraftReason,
    evidence_of,
    reason_after_extract,
    reason_before_composing,
    tag_without_draft,
)
from tests.drafts.conftest import conversation

FINE = conversation("What does it cost?")
STOP = conversation("Please unsubscribe me")


def automated(automation: str | None, **trigger: Any) -> Conversation:
    return replace(FINE, trigger=replace(FINE.trigger, automation=automation, **trigger))


@pytest.mark.parametrize(
    ("held", "reason"),
    [
        (FINE, None),
        (automated("auto_reply"), "automated_reply"),
        (automated("bounce"), "bounce"),
        (automated("bulk"), "bulk_mail"),
        (automated("delay"), "delivery_delayed"),
        (automated("receipt"), "receipt"),
        (automated("complaint"), "complaint"),
        (automated("calendar"), "calendar_reply"),
        (automated(None, subject="Automatic reply: offer"), "automated_reply"),
        # a mail program's button writes for a person, a report for nobody
        (automated("bulk", subject="unsubscribe"), "opt_out"),
        (automated("auto_reply", body="Please remove me"), "automated_reply"),
        (automated("bounce", subject="unsubscribe"), "bounce"),
        (automated("complaint", subject="unsubscribe"), "complaint"),
        (STOP, "opt_out"),
        (replace(FINE, answered=True), "already_answered"),
        (replace(FINE, newer_inbound=True), "newer_inbound"),
        (conversation("\u200b"), "empty_message"),
        # of several the weightiest
        (replace(STOP, answered=True, newer_inbound=True), "opt_out"),
        (replace(STOP, lead=replace(STOP.lead, status=LeadStatus.BLACKLISTED)), "lead_blacklisted"),
    ],
)
def test_why_there_is_nothing_to_compose(held: Conversation, reason: str | None) -> None:
    assert reason_before_composing(held) == reason


@pytest.mark.parametrize(
    ("said", "tag", "reason"),
    [
        ("ok", "Opt Out", "lead_opted_out"),
        ("ok", "Blacklist", "lead_opted_out"),
        ("What does it cost?", "Opt Out", None),
        ("ok", "Interested", None),
        ("ok", None, None),
    ],
)
def test_somebody_who_opted_out_is_left_alone_until_they_ask(
    said: str, tag: str | None, reason: str | None
) -> None:
    assert reason_after_extract(conversation(said, tag=tag), extract_from(said, ())) == reason


@pytest.mark.parametrize(
    ("reason", "held", "tag"),
    [
        (NoDraftReason.OPT_OUT, replace(STOP, newer_inbound=True), "Opt Out"),
        (NoDraftReason.LEAD_BLACKLISTED, FINE, "Blacklisted"),
        (NoDraftReason.AUTOMATED_REPLY, FINE, "Automated Reply"),
        (NoDraftReason.BOUNCE, FINE, "Automated Reply"),
        (NoDraftReason.AUTOMATED_REPLY, replace(FINE, newer_inbound=True), None),
        (NoDraftReason.AUTOMATED_REPLY, conversation("away", tag="Opt Out"), None),
        (NoDraftReason.NEWER_INBOUND, FINE, None),
        (NoDraftReason.DELIVERY_DELAYED, FINE, None),
        (NoDraftReason.RECEIPT, FINE, None),
        (NoDraftReason.COMPLAINT, FINE, None),
        (NoDraftReason.CALENDAR_REPLY, FINE, None),
    ],
)
def test_the_tag_that_goes_with_it(reason: NoDraftReason, held: Conversation, tag: str | None) -> None:
    assert tag_without_draft(held, reason) == tag


@pytest.mark.parametrize(
    ("held", "evidence"),
    [
        (
            automated("auto_reply", evidence="Auto-Submitted: auto-replied", body="Away until March 9."),
            {"header": "Auto-Submitted: auto-replied", "awayUntil": "2026-03-09"},
        ),
        (automated(None, subject="Out of office: offer"), {"text": "Out of office"}),
        (automated("bulk", evidence="List-Id: <l.example>"), {"header": "List-Id: <l.example>"}),
        (automated("bulk", subject="unsubscribe"), {"text": "unsubscribe"}),
        (STOP, {"text": "Please unsubscribe me"}),
        (replace(FINE, answered=True), None),
        (automated("bounce"), None),  # stored before there was evidence
    ],
)
def test_what_told_the_reason(held: Conversation, evidence: dict[str, str] | None) -> None:
    reason = reason_before_composing(held)
    assert reason is not None
    assert evidence_of(held, reason) == evidence
