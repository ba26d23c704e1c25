"""Tests of lib/drafts/run_store.py; the whole cycle is in test_pipeline.py."""

from uuid import UUID, uuid4

import pytest

from lib.drafts.artifact import Artifact, Stage
from lib.drafts.conversation import Conversation
from lib.drafts.conversation_store import read_conversation
from lib.drafts.run_store import (
    RunStatus,
    close_run,
    hold_run,
    keep_artifacts,
    open_run,
    store_draft,
    tag_lead,
)
from lib.services import Services
from tests.conftest import Database
from tests.drafts.conftest import Inbox


@pytest.fixture
def held(inbox: Inbox, services: Services) -> Conversation:
    """A stored conversation."""
    workspace = inbox.workspace()
    message = inbox.message(workspace, inbox.lead(workspace), "Hello")
    with services.store.transaction() as connection:
        found = read_conversation(connection, message, workspace_id=workspace)
    assert found is not None
    return found


def opened(services: Services, held: Conversation) -> tuple[UUID, RunStatus]:
    with services.store.transaction() as connection:
        run = open_run(connection, held)
    return run.id, run.status


def closed(services: Services, run: UUID, status: RunStatus, reason: str | None = None) -> bool:
    with services.store.transaction() as connection:
        return close_run(connection, run, status, reason=reason)


def test_a_run_is_opened_once(services: Services, held: Conversation) -> None:
    first = opened(services, held)
    assert opened(services, held) == first


@pytest.mark.parametrize(
    ("status", "again"),
    [
        (RunStatus.COMPLETED, RunStatus.COMPLETED),
        (RunStatus.ABORTED, RunStatus.ABORTED),
        (RunStatus.FAILED, RunStatus.RUNNING),
    ],
)
def test_only_a_failed_run_is_opened_again(
    services: Services, held: Conversation, status: RunStatus, again: RunStatus
) -> None:
    run, _ = opened(services, held)
    assert closed(services, run, status, "because")
    assert opened(services, held) == (run, again)


def test_a_run_is_closed_once(services: Services, held: Conversation, database: Database) -> None:
    run, _ = opened(services, held)
    assert closed(services, run, RunStatus.ABORTED, "first")
    assert not closed(services, run, RunStatus.COMPLETED)
    assert database.rows("SELECT status, reason FROM draft_pipeline_runs") == [("ABORTED", "first")]


def test_what_is_held_says_how_it_stands(services: Services, held: Conversation) -> None:
    run, _ = opened(services, held)
    with services.store.transaction() as connection:
        assert hold_run(connection, run) is RunStatus.RUNNING
        assert hold_run(connection, uuid4()) is None


def test_an_artifact_takes_the_place_of_an_earlier_one(
    services: Services, held: Conversation, database: Database
) -> None:
    run, _ = opened(services, held)
    for payload in ({"a": 1}, {"a": 2}, {"a": "x" * 40_000}):
        with services.store.transaction() as connection:
            keep_artifacts(connection, run, (Artifact(stage=Stage.FINAL_DRAFT, payload=payload),))
    assert database.rows("SELECT payload->>'omitted' FROM draft_pipeline_artifacts") == [
        ("payload_too_large",)
    ]


def test_a_rejected_draft_makes_room_for_another(
    services: Services, held: Conversation, database: Database
) -> None:
    """Domain §1: one live draft per (message, channel)."""
    with services.store.transaction() as connection:
        first = store_draft(connection, held, "one", {})
        assert store_draft(connection, held, "two", {}).id == first.id
    database.run("UPDATE drafts SET status = 'rejected'")
    with services.store.transaction() as connection:
        assert store_draft(connection, held, "three", {}).created
    assert database.rows("SELECT content FROM drafts ORDER BY created_at") == [("one",), ("three",)]


def test_a_time_zone_that_is_known_stays(services: Services, held: Conversation, database: Database) -> None:
    for tag, zone in (("Interested", "Europe/Paris"), (None, "Asia/Tokyo")):
        with services.store.transaction() as connection:
            tag_lead(connection, held, tag, zone)
    assert database.rows("SELECT tag, timezone FROM leads") == [("Interested", "Europe/Paris")]
