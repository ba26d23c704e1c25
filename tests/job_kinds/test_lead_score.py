"""Tests of lib/job_kinds/lead_score.py."""

from uuid import UUID, uuid4

import pytest

from lib.job_kinds.lead_score import score
from lib.jobs.kind import Uniqueness
from tests.conftest import Database
from tests.drafts.conftest import Inbox
from tests.jobs.conftest import Queue, queue

__all__ = ["queue"]

SCORE = "SELECT score, score_basis FROM leads"


@pytest.fixture
def inbox(database: Database) -> Inbox:
    return Inbox(database)


def put(queue: Queue, lead: UUID, workspace: UUID) -> int:
    return queue.put("lead.score", {"leadId": str(lead)}, workspace_id=workspace).job_id


def test_its_declaration() -> None:
    """Domain §2; design §7: a message that comes in while the lead is scored is not lost."""
    assert (score.name, score.uniqueness, score.max_attempts) == ("lead.score", Uniqueness.WHILE_QUEUED, 5)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        pytest.param("What does it cost?", 45, id="a draft"),
        pytest.param("Please unsubscribe me.", 0, id="no draft"),
    ],
)
def test_post_processing_does_it_as_well(
    database: Database, inbox: Inbox, queue: Queue, said: str, expected: int
) -> None:
    workspace = inbox.workspace()
    message = inbox.message(workspace, inbox.lead(workspace), said)
    queue.put("inbound.post_process", {"messageId": str(message)}, workspace_id=workspace)
    queue.drain()
    assert database.value("SELECT score FROM leads") == expected


def test_the_same_again_changes_nothing(database: Database, inbox: Inbox, queue: Queue) -> None:
    workspace = inbox.workspace()
    lead = inbox.lead(workspace)
    inbox.message(workspace, lead, "What does it cost?")
    versions = set()
    for _ in range(2):
        put(queue, lead, workspace)
        queue.drain()
        versions.add(database.value("SELECT xmin::text FROM leads"))
    assert database.rows(SCORE) == [
        (45, {"signals": {"wrote": 20, "asks_information": 15, "asks_price": 10}, "reason": None})
    ]
    assert len(versions) == 1


def test_a_machines_mail_gives_none_and_says_so(database: Database, inbox: Inbox, queue: Queue) -> None:
    workspace = inbox.workspace()
    lead = inbox.lead(workspace)
    inbox.message(workspace, lead, "I am away", automation="auto_reply")
    put(queue, lead, workspace)
    queue.drain()
    assert database.rows(SCORE) == [(None, {"signals": {}, "reason": "no_person_wrote"})]


def test_an_unknown_or_foreign_lead_is_permanent(inbox: Inbox, queue: Queue) -> None:
    """Domain §1: a workspace never sees another's rows."""
    workspace, other = inbox.workspace(), inbox.workspace()
    jobs = [put(queue, uuid4(), workspace), put(queue, inbox.lead(other), workspace)]
    queue.drain()
    assert [queue.job(job)["status"] for job in jobs] == ["dead", "dead"]
