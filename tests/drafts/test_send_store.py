"""Tests of lib/drafts/send_store.py: each change of state is conditional and counted (domain §4)."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from lib.drafts.disposition import Disposition
from lib.drafts.send_store import (
    approve,
    claim_draft,
    commit_to_it,
    give_back,
    leave_unconfirmed,
    read_draft,
    record_message,
)
from lib.services import Services
from lib.store.store import Connection
from tests.conftest import Database
from tests.drafts.conftest import Inbox, new_draft

Change = Callable[[Connection, UUID], bool]
CHANGES: dict[str, tuple[Change, set[str], tuple[str, bool]]] = {
    "claim": (lambda c, d: claim_draft(c, d) is not None, {"pending"}, ("sending", False)),
    "give back": (
        lambda c, d: give_back(c, d, "why", claimed_at=claim_of(c, d)), {"sending"}, ("pending", False),
    ),
    "approve": (
        lambda c, d: approve(c, d, Disposition.APPROVED), {"sending", "unconfirmed"}, ("approved", False),
    ),
    "leave unconfirmed": (leave_unconfirmed, {"sending"}, ("approved", True)),
}  # fmt: skip


def claim_of(connection: Connection, draft: UUID) -> datetime:
    row = connection.execute("SELECT updated_at FROM drafts WHERE id = %s", (draft,)).fetchone()
    assert row is not None
    return datetime.fromisoformat(str(row[0]))


STATES = ("pending", "sending", "approved", "unconfirmed", "rejected")


@pytest.fixture
def draft(inbox: Inbox) -> UUID:
    workspace = inbox.workspace()
    return new_draft(inbox, workspace, inbox.lead(workspace))


def put(database: Database, state: str) -> None:
    status = "approved" if state == "unconfirmed" else state
    database.run("UPDATE drafts SET status = %s, send_unconfirmed = %s", status, state == "unconfirmed")


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("before", STATES)
def test_a_change_happens_from_its_own_states_only(
    services: Services, database: Database, draft: UUID, name: str, before: str
) -> None:
    change, allowed, after = CHANGES[name]
    put(database, before)
    unchanged = database.rows("SELECT status, send_unconfirmed FROM drafts")
    with services.store.transaction() as connection:
        assert change(connection, draft) is (before in allowed)
    expected = [after] if before in allowed else unchanged
    assert database.rows("SELECT status, send_unconfirmed FROM drafts") == expected


def test_only_the_claim_that_holds_is_committed_to(services: Services, draft: UUID) -> None:
    """Failure L6: who slept through another's claim marks nothing; a mark is made once."""
    claims: list[datetime] = []
    for _ in range(2):
        with services.store.transaction() as connection:
            if claims:
                assert give_back(connection, draft, "why", claimed_at=claims[0])
            claimed_at = claim_draft(connection, draft)
            assert claimed_at is not None
            claims.append(claimed_at)
    old, new = claims
    with services.store.transaction() as connection:
        assert not commit_to_it(connection, draft, claimed_at=old)
        assert not give_back(connection, draft, "why", claimed_at=old)
        assert commit_to_it(connection, draft, claimed_at=new)
        assert not commit_to_it(connection, draft, claimed_at=new)


def test_the_message_is_recorded_once(services: Services, database: Database, draft: UUID) -> None:
    """Failure D7: one send, one row."""
    facts: dict[str, Any] = {"message_id": "<own@acme.example>", "subject": "Re: x", "sent_by": "setter"}
    for _ in range(2):
        with services.store.transaction() as connection:
            held = read_draft(connection, draft, workspace_id=None, message_id="<own@acme.example>")
            assert held is not None
            record_message(connection, held, **facts)
    assert database.rows(
        "SELECT draft_id, subject, body, cardinality(reference_ids) FROM messages"
        " WHERE direction = 'outbound'"
    ) == [(draft, "Re: x", "Hello Ada", 2)]


def test_a_draft_that_answers_a_mail_without_an_id_starts_no_thread_by_it(
    services: Services, database: Database, inbox: Inbox
) -> None:
    workspace = inbox.workspace()
    draft = new_draft(inbox, workspace, inbox.lead(workspace), rfc_message_id="sha256:ab", reference_ids=[])
    with services.store.transaction() as connection:
        held = read_draft(connection, draft, workspace_id=workspace, message_id="<own@acme.example>")
        assert held is not None
        record_message(connection, held, message_id="<own@acme.example>", subject="Re:", sent_by="ai")
    assert database.rows(
        "SELECT in_reply_to, reference_ids, sent_by FROM messages WHERE direction = 'outbound'"
    ) == [(None, [], "ai")]


def test_another_workspaces_draft_is_not_there(services: Services, draft: UUID) -> None:
    with services.store.transaction() as connection:
        assert read_draft(connection, draft, workspace_id=uuid4(), message_id="<x@y>") is None
