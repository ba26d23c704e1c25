"""Tests of lib/job_kinds/inbound_post_process.py."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from pydantic import ValidationError

from lib.clock import Deadline
from lib.drafts.composer import Composition
from lib.drafts.conversation import Conversation
from lib.job_kinds.inbound_post_process import InboundPayload, post_process
from lib.jobs.kind import RunningJob, Uniqueness
from lib.jobs.outcomes import Permanent, RetryAfter
from lib.llm.errors import LlmBusy, LlmDeclined, LlmError, LlmKeyRefused, LlmTimedOut
from lib.services import Services
from tests.conftest import Database
from tests.drafts.conftest import Inbox


class Failing:
    """A composer that fails."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error or ValueError("no idea")

    def compose(self, conversation: Conversation, *, deadline: Deadline) -> Composition:
        del conversation, deadline
        raise self.error


Run = Callable[..., None]


@pytest.fixture
def inbox(database: Database) -> Inbox:
    return Inbox(database)


@pytest.fixture
def run(services: Services) -> Run:
    """Call the handler as the runner does."""

    def call(
        message: UUID,
        *,
        attempt: int = 0,
        max_attempts: int = 5,
        workspace: UUID | None = None,
        held: Services = services,
    ) -> None:
        job = RunningJob(
            id=1,
            workspace_id=workspace,
            attempt=attempt,
            max_attempts=max_attempts,
            crashes=0,
            created_at=datetime.now(UTC),
            deadline=Deadline.after_ms(services.clock, 30_000),
        )
        post_process.handler(InboundPayload.model_validate({"messageId": str(message)}), job, held)

    return call


def test_its_declaration() -> None:
    """Domain §2, design §7."""
    assert (post_process.name, post_process.uniqueness, post_process.max_attempts) == (
        "inbound.post_process", Uniqueness.WHILE_ACTIVE, 5,
    )  # fmt: skip


def test_its_payload_takes_nothing_else() -> None:
    with pytest.raises(ValidationError):
        InboundPayload.model_validate({"messageId": str(uuid4()), "more": 1})


def test_it_drafts(database: Database, inbox: Inbox, run: Run) -> None:
    workspace = inbox.workspace()
    run(inbox.message(workspace, inbox.lead(workspace), "What does it cost?"), workspace=workspace)
    assert database.value("SELECT status FROM drafts") == "pending"


def test_a_message_that_is_not_there_is_permanent(run: Run) -> None:
    with pytest.raises(Permanent):
        run(uuid4())


@pytest.mark.parametrize(
    ("attempts", "status"),
    [((0, 5), "RUNNING"), ((3, 5), "RUNNING"), ((4, 5), "FAILED"), ((0, 1), "FAILED"), ((4, 9), "RUNNING")],
)
def test_a_composer_that_fails_fails_the_run_with_the_last_attempt(
    database: Database, inbox: Inbox, run: Run, services: Services, *, attempts: tuple[int, int], status: str
) -> None:
    workspace = inbox.workspace()
    message = inbox.message(workspace, inbox.lead(workspace), "What does it cost?")
    with pytest.raises(ValueError, match="no idea"):
        run(
            message, attempt=attempts[0], max_attempts=attempts[1], held=replace(services, composer=Failing())
        )
    assert database.value("SELECT status FROM draft_pipeline_runs") == status


class TestAModelThatGivesNoAnswer:
    @pytest.fixture
    def fail(
        self, database: Database, inbox: Inbox, services: Services, run: Run
    ) -> Callable[[Exception], list[object]]:
        """Run the job over such a composer; what the handler raised, and the pipeline run's status."""

        def call(error: Exception) -> list[object]:
            workspace = inbox.workspace()
            message = inbox.message(workspace, inbox.lead(workspace), "What does it cost?")
            with pytest.raises(Exception, match=r".") as caught:
                run(message, workspace=workspace, held=replace(services, composer=Failing(error)))
            return [caught.value, database.value("SELECT status FROM draft_pipeline_runs")]

        return call

    def test_that_passes_is_tried_again(self, fail: Callable[[Exception], list[object]]) -> None:
        error = LlmTimedOut()
        assert fail(error) == [error, "RUNNING"]

    def test_that_names_a_time_is_tried_again_then(self, fail: Callable[[Exception], list[object]]) -> None:
        outcome, status = fail(LlmBusy(retry_after=timedelta(seconds=90)))
        assert isinstance(outcome, RetryAfter)
        assert outcome.delay == timedelta(seconds=90)
        assert str(outcome).startswith("llm_busy: ")
        assert status == "RUNNING"

    @pytest.mark.parametrize("error", [LlmKeyRefused(), LlmDeclined()])
    def test_that_stays_so_ends_job_and_run(
        self, error: LlmError, fail: Callable[[Exception], list[object]]
    ) -> None:
        """Dead at once, with what to do; a run that nobody works on is not left open."""
        outcome, status = fail(error)
        assert isinstance(outcome, Permanent)
        assert str(outcome) == f"{error.code}: {error.message}"
        assert status == "FAILED"
