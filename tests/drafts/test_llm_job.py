"""`inbound.post_process` over a real endpoint: from the job's row to the model and back."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import pytest

from lib.clock import Deadline
from lib.composition import Composition
from lib.jobs.drain import drain
from lib.jobs.enqueue import NewJob, enqueue
from lib.services import Services
from tests.conftest import Database
from tests.drafts.conftest import SLOTS, Inbox
from tests.drafts.llm_model import LETTER, model
from tests.llm.endpoints import MISBEHAVING, obeys, refuses
from tests.ticks.event_apis import EventApiServer, Script, event_api

KEY: Final = "sk-hunter2hunter2"
Work = Callable[..., dict[str, Any]]
OUTCOMES: Final = {
    "never answers": ("pending", 1, "LlmTimedOut"),
    "cuts its answer": ("pending", 1, "LlmAnswerCut"),
    "invalid JSON twice": ("pending", 1, "LlmAnswerInvalid"),
    "500": ("pending", 1, "LlmUnavailable"),
    "429": ("pending", 1, "LlmBusy"),
    "401": ("dead", 1, "Permanent: llm_key_refused"),
    "content filter": ("dead", 1, "Permanent: llm_declined"),
}
"""What the job is (`pending`: tried again), its attempts, and how its last error begins."""


@pytest.fixture
def work(composed: Callable[..., Composition], inbox: Inbox, database: Database) -> Work:
    """Drain one job for one mail with this endpoint; the job's row."""

    def run(endpoint: EventApiServer, timeout_ms: int = 20_000) -> dict[str, Any]:
        services = composed(
            LLM_BASE_URL=f"{endpoint.address}/v1",
            LLM_MODEL="stub",
            LLM_API_KEY=KEY,
            LLM_TIMEOUT_MS=f"{timeout_ms}",
        ).services
        assert services is not None
        _enqueue(services, inbox)
        drain(services, deadline=Deadline.after_ms(services.clock, 60_000), limit=1)
        row: dict[str, Any] = database.value(
            "SELECT to_jsonb(j) || jsonb_build_object('wait', extract(epoch FROM run_at - everytick_now()))"
            " FROM jobs j"
        )
        return row

    return run


def _enqueue(services: Services, inbox: Inbox) -> UUID:
    workspace = inbox.workspace()
    message = inbox.message(
        workspace, inbox.lead(workspace, offered_slots=SLOTS), f"{SLOTS[0]} works for me."
    )
    with services.store.transaction() as connection:
        job = NewJob(kind="inbound.post_process", payload={"messageId": str(message)}, workspace_id=workspace)
        enqueue(connection, services.kinds, job)
    return message


class TestAModelThatAnswers:
    def test_leaves_a_draft_and_what_it_cost(self, work: Work, database: Database) -> None:
        """Prompt, model, tokens and time of each stage that asked it; the rules' own stages have none."""
        with event_api(obeys(model())) as endpoint:
            assert work(endpoint)["status"] == "succeeded"
        assert database.value("SELECT content FROM drafts") == LETTER
        rows = database.rows(
            "SELECT stage, prompt_key, model, input_tokens, output_tokens, latency_ms IS NOT NULL"
            " FROM draft_pipeline_artifacts WHERE input_tokens IS NOT NULL ORDER BY id"
        )
        assert rows == [
            ("meeting_overseer_extract", "meeting.overseer.extract.v1", "stub-1", 30, 12, True),
            ("draft_generation", "draft.generation.v1", "stub-1", 30, 12, True),
            ("meeting_overseer_gate", "meeting.overseer.gate.v1", "stub-1", 30, 12, True),
        ]


class TestRetryAfter:
    @pytest.mark.parametrize(
        "headers",
        [
            pytest.param("Retry-After: 90\r\n", id="in seconds"),
            pytest.param(
                "Date: Mon, 02 Mar 2026 09:00:00 GMT\r\nRetry-After: Mon, 02 Mar 2026 09:01:30 GMT\r\n",
                id="a date",
            ),
        ],
    )
    def test_the_job_is_tried_again_then(self, headers: str, work: Work, database: Database) -> None:
        """By the shared clock, not before and not much later; and its run stays open."""
        with event_api(refuses("429 Too Many Requests", headers=headers)) as endpoint:
            job = work(endpoint)
        assert (job["status"], job["attempt"]) == ("scheduled", 1)
        assert job["last_error"].startswith("RetryAfter: llm_busy: ")
        assert timedelta(seconds=60) < timedelta(seconds=job["wait"]) <= timedelta(seconds=90)
        assert database.value("SELECT status FROM draft_pipeline_runs") == "RUNNING"
        assert len(endpoint.heard) == 1


class TestOutcomes:
    @pytest.mark.parametrize("what", OUTCOMES)
    def test_each_is_the_documented_one(self, what: str, work: Work, database: Database) -> None:
        script: Script = MISBEHAVING[what][0]
        status, attempts, error = OUTCOMES[what]
        with event_api(script) as endpoint:
            job = work(endpoint, 600 if what == "never answers" else 20_000)
        assert (job["status"] == "dead") == (status == "dead")
        assert job["attempt"] == attempts
        assert job["last_error"].startswith(error)
        assert KEY not in job["last_error"]
        assert database.value("SELECT status FROM draft_pipeline_runs") == (
            "FAILED" if status == "dead" else "RUNNING"
        )
        assert database.value("SELECT count(*) FROM drafts") == 0
