"""Tests of lib/drafts/conversation_store.py."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from lib.drafts.conversation import Conversation
from lib.drafts.conversation_store import BODY_LIMIT, MESSAGE_LIMIT, read_conversation
from lib.errors import UsageProblem
from lib.services import Services
from tests.drafts.conftest import SLOTS, START, Inbox


def read(services: Services, message: UUID, workspace: UUID | None = None) -> Conversation | None:
    with services.store.transaction() as connection:
        return read_conversation(connection, message, workspace_id=workspace)


def found(services: Services, message: UUID) -> Conversation:
    conversation = read(services, message)
    assert conversation is not None
    return conversation


def test_everything_that_is_known_is_there(inbox: Inbox, services: Services) -> None:
    workspace = inbox.workspace(booking_link="https://calendly.com/acme", service_description="We do.")
    lead = inbox.lead(
        workspace,
        email="ada@lead.example",
        timezone="Europe/Paris",
        tag="Interested",
        scheduler_link="https://cal.com/ada",
        offered_slots=[*SLOTS, " ", 7],
    )
    first = inbox.message(workspace, lead, "One?", direction="outbound")
    trigger = inbox.message(workspace, lead, "Two.")
    inbox.message(workspace, lead, "elsewhere", thread_id=uuid4())
    held = found(services, trigger)
    assert [message.id for message in held.messages] == [first, trigger]
    assert held.trigger == held.messages[-1]
    assert held.offered_slots == SLOTS
    assert (held.workspace.id, held.workspace.booking_link) == (workspace, "https://calendly.com/acme")
    assert (held.lead.email, held.lead.timezone, held.lead.tag, held.lead.scheduler_link) == (
        "ada@lead.example", "Europe/Paris", "Interested", "https://cal.com/ada",
    )  # fmt: skip
    assert (held.newer_inbound, held.answered) == (False, False)


@pytest.mark.parametrize(
    ("later", "newer_inbound", "answered"),
    [
        ({}, True, False),
        ({"automation": "auto_reply"}, False, False),
        ({"subject": "Out of office"}, False, False),
        ({"direction": "outbound"}, False, True),
        ({"thread_id": uuid4()}, False, False),
    ],
    ids=["a person", "a machine", "a machine that only its subject shows", "the team", "another thread"],
)
def test_how_the_thread_went_on(
    inbox: Inbox, services: Services, later: dict[str, Any], *, newer_inbound: bool, answered: bool
) -> None:
    workspace = inbox.workspace()
    lead = inbox.lead(workspace)
    trigger = inbox.message(workspace, lead, "One")
    inbox.message(workspace, lead, "Two", **later)
    held = found(services, trigger)
    assert (held.newer_inbound, held.answered) == (newer_inbound, answered)


@pytest.mark.parametrize("direction", ["inbound", "outbound"])
def test_what_a_message_answers_came_before_it(inbox: Inbox, services: Services, direction: str) -> None:
    """A lead whose clock is slow is answered all the same: References says more than a Date."""
    workspace = inbox.workspace()
    lead = inbox.lead(workspace)
    inbox.message(
        workspace, lead, "Ours", direction=direction, rfc_message_id="<q1@acme.example>",
        sent_at=START + timedelta(hours=1),
    )  # fmt: skip
    trigger = inbox.message(workspace, lead, "Yes", reference_ids=["<q1@acme.example>"])
    held = found(services, trigger)
    assert (held.newer_inbound, held.answered) == (False, False)


def test_a_later_blank_message_takes_no_draft_away(inbox: Inbox, services: Services) -> None:
    """It gets none itself, so that otherwise the question before it would stay without one."""
    workspace = inbox.workspace()
    lead = inbox.lead(workspace)
    trigger = inbox.message(workspace, lead, "What does it cost?")
    inbox.message(workspace, lead, " \n")
    assert found(services, trigger).newer_inbound is False


def test_of_two_messages_in_one_second_one_is_the_latest(inbox: Inbox, services: Services) -> None:
    workspace = inbox.workspace()
    lead = inbox.lead(workspace)
    both = [inbox.message(workspace, lead, "Hi", sent_at=START) for _ in range(2)]
    assert sorted(found(services, one).newer_inbound for one in both) == [False, True]


def test_what_is_read_is_bounded(inbox: Inbox, services: Services) -> None:
    workspace = inbox.workspace()
    lead = inbox.lead(workspace)
    first = inbox.message(workspace, lead, "x" * (BODY_LIMIT + 1))
    for number in range(MESSAGE_LIMIT):
        inbox.message(workspace, lead, str(number))
    held = found(services, first)
    assert (len(held.messages), held.messages[-1].body) == (MESSAGE_LIMIT, str(MESSAGE_LIMIT - 1))
    assert len(held.trigger.body) == BODY_LIMIT


def test_another_workspaces_message_is_not_there(inbox: Inbox, services: Services) -> None:
    """Domain §1: a workspace never sees another's rows."""
    workspace = inbox.workspace()
    message = inbox.message(workspace, inbox.lead(workspace), "Hi")
    assert read(services, message, workspace) is not None
    assert read(services, message, inbox.workspace()) is None
    assert read(services, uuid4()) is None


def test_settings_that_do_not_fit_are_said_so(inbox: Inbox, services: Services) -> None:
    workspace = inbox.workspace(timezone="Nowhere/None")
    message = inbox.message(workspace, inbox.lead(workspace), "Hi")
    with pytest.raises(UsageProblem, match="timezone"):
        read(services, message)


def test_another_lead_in_the_thread_is_not_read(inbox: Inbox, services: Services) -> None:
    """Anybody can name a Message-ID and so join a thread: it shows and stops nothing (domain §1)."""
    workspace = inbox.workspace()
    ada, mallory = inbox.lead(workspace), inbox.lead(workspace)
    thread = uuid4()
    trigger = inbox.message(workspace, ada, "Ours?", thread_id=thread)
    inbox.message(workspace, mallory, "Theirs.", thread_id=thread)
    inbox.message(workspace, mallory, "To them.", thread_id=thread, direction="outbound")
    held = found(services, trigger)
    assert [message.id for message in held.messages] == [trigger]
    assert (held.newer_inbound, held.answered) == (False, False)
