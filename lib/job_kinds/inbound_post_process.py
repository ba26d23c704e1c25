"""`inbound.post_process`: from an inbound message to a draft, or to a stated reason for none (domain §2)."""

from uuid import UUID

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from lib.drafts.pipeline import Pipeline, process_inbound
from lib.errors import NotFound
from lib.jobs.kind import RunningJob, Uniqueness, job_kind
from lib.jobs.outcomes import Permanent
from lib.llm.errors import LlmError
from lib.llm.job_outcome import job_outcome
from lib.services import Services


class InboundPayload(BaseModel):
    """Which message."""

    model_config = ConfigDict(extra="forbid", alias_generator=to_camel)

    message_id: UUID


@job_kind(
    "inbound.post_process",
    payload=InboundPayload,
    uniqueness=Uniqueness.WHILE_ACTIVE,
    max_attempts=5,
)
def post_process(payload: InboundPayload, job: RunningJob, services: Services) -> None:
    """Run the drafting pipeline; a message that is not there makes the job dead."""
    pipeline = Pipeline(
        store=services.store,
        composer=services.composer,
        gate=services.gate,
        kinds=services.kinds,
        auto_send_disabled=services.settings.auto_send_disabled,
        memory_tokens=services.settings.memory_prompt_tokens,
    )
    try:
        process_inbound(
            pipeline,
            payload.message_id,
            workspace_id=job.workspace_id,
            deadline=job.deadline,
            last_attempt=job.attempt + 1 >= job.max_attempts,
        )
    except NotFound as error:
        raise Permanent(error.message) from error
    except LlmError as error:
        raise job_outcome(error) from error
