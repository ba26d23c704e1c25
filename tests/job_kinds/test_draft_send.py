"""Tests of lib/job_kinds/draft_send.py."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from lib.clock import Deadline
from lib.drafts.mailer import Mailer
from lib.errors import SendDeferred, SendRefused
from lib.job_kinds.draft_send import DraftSendPayload, send
from lib.jobs.kind import RunningJob, Uniqueness
from lib.jobs.outcomes import Permanent, Reschedule
from lib.services import Services
from tests.conftest import Database
from tests.drafts.conftest import Inbox, new_draft
from tests.drafts.outbox import Crash, RecordingMailer, raising, state

Run = Callable[..., None]


@pytest.fixture
def inbox(database: Database) -> Inbox:
    return Inbox(database)


@pytest.fixture
def mailer() -> RecordingMailer:
    return RecordingMailer()


@pytest.fixture
def run(services: Services, mailer: Mailer) -> Run:
    """Call the handler as the runner does."""

    def call(draft: UUID, *, attempt: int = 0, crashes: int = 0, workspace: UUID | None = None) -> None:
        job = RunningJob(
            id=1,
            workspace_id=workspace,
            attempt=attempt,
            max_attempts=5,
            crashes=crashes,
            created_at=datetime.now(UTC),
            deadline=Deadline.after_ms(services.clock, 30_000),
        )
        payload = DraftSendPayload.model_validate({"draftId": str(draft)})
        send.handler(payload, job, replace(services, mailer=mailer))

    return call


@pytest.fixture
def draft(inbox: Inbox) -> UUID:
    workspace = inbox.workspace()
    return new_draft(inbox, workspace, inbox.lead(workspace))


def test_its_declaration() -> None:
    """Domain §2, design §7."""
    assert (send.name, send.uniqueness, send.max_attempts) == ("draft.send", Uniqueness.WHILE_ACTIVE, 5)


def test_it_sends(database: Database, run: Run, draft: UUID, mailer: RecordingMailer) -> None:
    run(draft)
    assert state(database) == ("approved", "APPROVED", False)
    run(draft)
    assert len(mailer.taken) == 1


def test_a_refusal_is_permanent_and_leaves_the_draft_pending(
    database: Database, run: Run, draft: UUID, mailer: RecordingMailer
) -> None:
    mailer.instead = raising(SendRefused("set SMTP_URL"))
    with pytest.raises(Permanent, match="set SMTP_URL"):
        run(draft)
    assert state(database)[0] == "pending"


def test_a_deferral_is_retried(run: Run, draft: UUID, mailer: RecordingMailer) -> None:
    mailer.instead = raising(SendDeferred())
    with pytest.raises(SendDeferred):
        run(draft)


def test_a_draft_that_is_not_there_is_permanent(run: Run) -> None:
    with pytest.raises(Permanent):
        run(uuid4())


def test_a_draft_that_another_is_sending_is_asked_about_later(
    database: Database, run: Run, draft: UUID
) -> None:
    database.run("UPDATE drafts SET status = 'sending'")
    with pytest.raises(Reschedule):
        run(draft)


@pytest.mark.parametrize(
    ("attempt", "crashes"), [(1, 0), (0, 1)], ids=["an attempt before", "a crash before"]
)
def test_its_own_left_over_is_settled_at_once(
    database: Database, run: Run, draft: UUID, mailer: RecordingMailer, *, attempt: int, crashes: int
) -> None:
    """A lease that expired: the mail may have gone out, so it goes at most once (design §11)."""
    mailer.then = raising(Crash())
    with pytest.raises(Crash):
        run(draft)
    run(draft, attempt=attempt, crashes=crashes)
    assert state(database) == ("approved", None, True)
    assert len(mailer.taken) == 1
