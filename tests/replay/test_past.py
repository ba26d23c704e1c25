"""Tests of lib/replay/past.py: nothing of the future gets through."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lib.drafts.conversation import Conversation, LeadStatus
from lib.replay.past import read_past
from lib.services import Services
from tests.drafts.conftest import SLOTS, START, Inbox

AT = START + timedelta(days=1)
HOUR = timedelta(hours=1)


def past(services: Services, message: UUID, workspace: UUID) -> Conversation:
    with services.store.transaction() as connection:
        conversation = read_past(connection, message, workspace_id=workspace)
    assert conversation is not None
    return conversation


def everything(conversation: Conversation) -> str:
    """All that a composer or a judge could find in it."""
    return repr(conversation)


def test_the_thread_until_then(inbox: Inbox, services: Services) -> None:
    workspace = inbox.workspace(booking_link="https://calendly.com/acme")
    lead = inbox.lead(workspace)
    first = inbox.message(workspace, lead, "One", direction="outbound")
    trigger = inbox.message(workspace, lead, "Two")
    inbox.message(workspace, lead, "Three")
    inbox.message(workspace, lead, "Four", direction="outbound")
    held = past(services, trigger, workspace)
    assert [message.id for message in held.messages] == [first, trigger]
    assert held.trigger == held.messages[-1]
    assert held.workspace.booking_link == "https://calendly.com/acme"
    assert (held.answered, held.newer_inbound) == (False, False)


@pytest.mark.parametrize(
    ("message", "seen"),
    [
        ({"sent_at": AT - HOUR, "created_at": AT - HOUR}, True),
        ({"sent_at": AT + HOUR, "created_at": AT + HOUR}, False),
        ({"sent_at": AT, "created_at": AT}, False),
        ({"sent_at": AT, "created_at": AT - HOUR}, True),
        ({"sent_at": AT - HOUR, "created_at": AT + HOUR}, False),
        ({"sent_at": AT + HOUR, "created_at": AT - HOUR}, False),
        ({"sent_at": AT - timedelta(days=90), "created_at": AT + HOUR}, True),
        ({"sent_at": AT - HOUR, "created_at": AT - HOUR, "reference_ids": ["<t@lead.example>"]}, False),
    ],
    ids=[
        "earlier", "later", "the same instant", "the same instant by its sender, here before",
        "a sender's clock that is slow", "a sender's clock that is fast", "old mail, imported afterwards",
        "an answer by its references, with a slow clock",
    ],
)  # fmt: skip
def test_what_counts_as_earlier(
    inbox: Inbox, services: Services, message: dict[str, Any], *, seen: bool
) -> None:
    workspace = inbox.workspace()
    lead = inbox.lead(workspace)
    trigger = inbox.message(
        workspace, lead, "Now", sent_at=AT, created_at=AT, rfc_message_id="<t@lead.example>"
    )
    inbox.message(workspace, lead, "NEEDLE", **message)
    assert ("NEEDLE" in everything(past(services, trigger, workspace))) is seen


def test_a_lead_whose_clock_is_fast_does_not_see_the_answer_to_it(inbox: Inbox, services: Services) -> None:
    workspace = inbox.workspace()
    lead = inbox.lead(workspace)
    trigger = inbox.message(workspace, lead, "Now", sent_at=AT + 2 * HOUR, created_at=AT)
    answered_at = AT + timedelta(minutes=10)
    inbox.message(
        workspace, lead, "NEEDLE", direction="outbound", sent_at=answered_at, created_at=answered_at
    )
    assert "NEEDLE" not in everything(past(services, trigger, workspace))


def test_the_answer_that_was_sent_to_it_is_later_whatever_the_clocks_say(
    inbox: Inbox, services: Services
) -> None:
    workspace = inbox.workspace()
    lead = inbox.lead(workspace)
    trigger = inbox.message(workspace, lead, "Now", sent_at=AT, created_at=AT)
    draft = inbox.database.value(
        "INSERT INTO drafts (workspace_id, lead_id, trigger_message_id, channel, content)"
        " VALUES (%s, %s, %s, 'email', 'NEEDLE') RETURNING id",
        workspace, lead, trigger,
    )  # fmt: skip
    earlier = {"sent_at": AT - HOUR, "created_at": AT - HOUR}
    inbox.message(workspace, lead, "NEEDLE", direction="outbound", draft_id=draft, **earlier)
    assert "NEEDLE" not in everything(past(services, trigger, workspace))


def test_what_was_learnt_of_the_lead_later_is_not_known(inbox: Inbox, services: Services) -> None:
    workspace = inbox.workspace()
    lead = inbox.lead(
        workspace,
        name="Needle",
        tag="Opt Out",
        timezone="Europe/Paris",
        scheduler_link="https://cal.com/needle",
        status="unqualified",
        offered_slots=list(SLOTS),
    )
    trigger = inbox.message(workspace, lead, "What does it cost?")
    inbox.message(workspace, lead, f"{SLOTS[0]}?", direction="outbound")
    held = past(services, trigger, workspace)
    assert (held.lead.name, held.lead.tag, held.lead.timezone, held.lead.scheduler_link) == (None,) * 4
    assert (held.lead.status, held.offered_slots) == (LeadStatus.ACTIVE, ())


def test_what_was_known_of_the_lead_is_known(inbox: Inbox, services: Services) -> None:
    """Read anew from what had been written, in whatever thread."""
    workspace = inbox.workspace()
    lead = inbox.lead(workspace, scheduler_link="https://cal.com/ada", tag="Meeting Booked", timezone="UTC")
    inbox.message(workspace, lead, "Please unsubscribe me.", thread_id=uuid4())
    inbox.message(workspace, lead, f"Would {SLOTS[1]} suit?", direction="outbound", thread_id=uuid4())
    raw = b"From: Ada King <ada@lead.example>\r\nSubject: x\r\n\r\nHello"
    trigger = inbox.message(workspace, lead, "See https://cal.com/ada", raw=raw)
    inbox.database.run("UPDATE leads SET email = 'ada@lead.example'")
    inbox.message(workspace, lead, "later")
    held = past(services, trigger, workspace)
    assert (held.lead.name, held.lead.tag, held.lead.scheduler_link) == (
        "Ada King", "Opt Out", "https://cal.com/ada",
    )  # fmt: skip
    assert held.offered_slots == (SLOTS[1],)


@pytest.mark.parametrize(
    ("entry", "seen"),
    [
        ({"created_at": AT - HOUR}, True),
        ({"created_at": AT}, False),
        ({"created_at": AT + HOUR}, False),
        ({"created_at": AT - HOUR, "decided_at": AT + HOUR}, False),
        ({"created_at": AT - HOUR, "expires_at": AT - HOUR / 2}, False),
        ({"created_at": AT - HOUR, "expires_at": AT + HOUR}, True),
    ],
    ids=["earlier", "the same instant", "later", "approved later", "expired by then", "expired since"],
)
def test_what_was_remembered_by_then(
    inbox: Inbox, services: Services, entry: dict[str, Any], *, seen: bool
) -> None:
    workspace = inbox.workspace()
    lead = inbox.lead(workspace)
    trigger = inbox.message(workspace, lead, "Now", sent_at=AT, created_at=AT)
    held = {
        "workspace_id": workspace,
        "category": "note",
        "content": "NEEDLE",
        "source": "INFERENCE",
        "status": "APPROVED",
        **entry,
    }
    for table, fields in (
        ("lead_memory_entries", {**held, "lead_id": lead}),
        ("workspace_memory_entries", held),
    ):
        names, marks = ", ".join(fields), ", ".join(["%s"] * len(fields))
        inbox.database.run(f"INSERT INTO {table} ({names}) VALUES ({marks})", *fields.values())
    assert ("NEEDLE" in everything(past(services, trigger, workspace))) is seen


def test_another_workspace_has_none_of_it(inbox: Inbox, services: Services) -> None:
    workspace = inbox.workspace()
    trigger = inbox.message(workspace, inbox.lead(workspace), "Now")
    with services.store.transaction() as connection:
        assert read_past(connection, trigger, workspace_id=inbox.workspace()) is None


INSTANT = st.integers(-3, 3)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(others=st.lists(st.tuples(INSTANT, INSTANT, st.sampled_from(["inbound", "outbound"])), max_size=5))
def test_nothing_that_came_later_is_ever_seen(
    inbox: Inbox, services: Services, others: list[tuple[int, int, str]]
) -> None:
    """Law: what was sent later, or was here later, or at the very same instant, is in no word of it."""
    workspace = inbox.workspace()
    lead = inbox.lead(workspace)
    trigger = inbox.message(workspace, lead, "Now", sent_at=AT, created_at=AT)
    for number, (sent, here, direction) in enumerate(others):
        is_future = sent > 0 or here > 0 or (sent, here) == (0, 0)
        inbox.message(
            workspace,
            lead,
            f"{'FUTURE' if is_future else 'PAST'}-{number}. {SLOTS[0]}",
            direction=direction,
            subject="FUTURE" if is_future else "PAST",
            sent_at=AT + sent * HOUR,
            created_at=AT + here * HOUR,
        )
    held = past(services, trigger, workspace)
    assert "FUTURE" not in everything(held)
    assert len(held.messages) == 1 + sum(
        not (sent > 0 or here > 0 or (sent, here) == (0, 0)) for sent, here, _ in others
    )
    offered = any(
        direction == "outbound" and not (sent > 0 or here > 0 or (sent, here) == (0, 0))
        for sent, here, direction in others
    )
    assert bool(held.offered_slots) is offered
