"""Tests of lib/replay/selection.py."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from lib.errors import NotFound
from lib.replay.selection import Chosen, Wanted, select_cases
from lib.services import Services
from tests.drafts.conftest import START, Inbox


def chosen(services: Services, workspace: object, **wanted: Any) -> Chosen:
    with services.store.transaction() as connection:
        return select_cases(connection, Wanted(**{"workspace": str(workspace), "limit": 20, **wanted}))


def test_the_riskiest_first_and_the_newest_among_equals(inbox: Inbox, services: Services) -> None:
    workspace = inbox.workspace()
    lead = inbox.lead(workspace)
    price = inbox.message(workspace, lead, "What does it cost?")
    old = inbox.message(workspace, lead, "Hello.")
    new = inbox.message(workspace, lead, "Hello again.")
    inbox.message(workspace, lead, "We said: $90 a month", direction="outbound")
    found = chosen(services, workspace)
    assert [case.case_id for case in found.cases] == [str(price), str(new), str(old)]
    assert (found.scanned, found.cases[0].risks) == (3, ("pricing",))
    assert [case.case_id for case in chosen(services, workspace, limit=1).cases] == [str(price)]


def test_widened_with_a_warning_until_there_is_something(inbox: Inbox, services: Services) -> None:
    workspace = inbox.workspace()
    lead = inbox.lead(workspace)
    machine = inbox.message(workspace, lead, "I am away.", automation="auto_reply")
    found = chosen(services, workspace)
    assert [case.case_id for case in found.cases] == [str(machine)]
    assert len(found.warnings) == 2
    old = inbox.message(workspace, lead, "Hello.")
    assert [case.case_id for case in chosen(services, workspace).cases] == [str(old)]
    now = inbox.database.value("SELECT everytick_now()")
    recent = inbox.message(workspace, lead, "Hello.", sent_at=now)
    found = chosen(services, workspace)
    assert ([case.case_id for case in found.cases], found.warnings) == ([str(recent)], ())


def test_what_was_asked_for_is_not_widened(inbox: Inbox, services: Services) -> None:
    workspace = inbox.workspace()
    lead = inbox.lead(workspace)
    first = inbox.message(workspace, lead, "One.")
    second = inbox.message(workspace, lead, "Two.", channel="sms")
    between = {"sent_from": START, "sent_to": START + timedelta(seconds=90)}
    assert [case.case_id for case in chosen(services, workspace, **between).cases] == [str(first)]
    assert [case.case_id for case in chosen(services, workspace, channel="sms").cases] == [str(second)]
    assert chosen(services, workspace, channel="linkedin") == Chosen(
        workspace_id=workspace, cases=(), scanned=0, warnings=()
    )
    assert chosen(services, workspace, **between).warnings == ()


def test_named_ones_come_in_their_order(inbox: Inbox, services: Services) -> None:
    """A thread stands for its newest message, a person's before a machine's."""
    workspace, other = inbox.workspace(), inbox.workspace()
    lead = inbox.lead(workspace)
    thread = uuid4()
    first = inbox.message(workspace, lead, "One.", thread_id=thread)
    second = inbox.message(workspace, lead, "Two.", thread_id=thread)
    inbox.message(workspace, lead, "Away.", thread_id=thread, automation="auto_reply")
    elsewhere = inbox.message(other, inbox.lead(other), "Elsewhere.")
    ids = (str(first), str(uuid4()), str(thread), str(elsewhere), "x", str(second))
    found = chosen(services, workspace, thread_ids=ids, limit=1)
    assert [case.case_id for case in found.cases] == [str(first), str(second)]
    assert len(found.warnings) == 3


def test_an_unknown_workspace(inbox: Inbox, services: Services) -> None:
    del inbox
    with pytest.raises(NotFound):
        chosen(services, "nobody")
