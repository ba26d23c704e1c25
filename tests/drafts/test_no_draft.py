"""Tests of lib/drafts/no_draft.py; with their rows in test_pipeline.py."""

from dataclasses import replace

import pytest

from lib.drafts.conversation import Conversation, LeadStatus
from lib.drafts.extraction import extract_from
from lib.drafts.no_draft import (
    NoDraftReason,
    reason_after_extract,
    reason_before_composing,
    tag_without_draft,
)
from tests.drafts.conftest import conversation

FINE = conversation("What does it cost?")
STOP = conversation("Please unsubscribe me")


def automated(automation: str) -> Conversation:
    return replace(FINE, trigger=replace(FINE.trigger, automation=automation))


@pytest.mark.parametrize(
    ("held", "reason"),
    [
        (FINE, None),
        (automated("auto_reply"), "automated_reply"),
        (automated("bounce"), "bounce"),
        (automated("bulk"), "bulk_mail"),
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
    ],
)
def test_the_tag_that_goes_with_it(reason: NoDraftReason, held: Conversation, tag: str | None) -> None:
    assert tag_without_draft(held, reason) == tag
