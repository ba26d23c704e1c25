"""`lead.score`: score a lead from its conversation (domain §2)."""

from uuid import UUID

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from lib.drafts.lead_scoring import rescore
from lib.errors import NotFound
from lib.jobs.kind import RunningJob, Uniqueness, job_kind
from lib.jobs.outcomes import Permanent
from lib.services import Services


class LeadScorePayload(BaseModel):
    """Which lead."""

    model_config = ConfigDict(extra="forbid", alias_generator=to_camel)

    lead_id: UUID


@job_kind("lead.score", payload=LeadScorePayload, uniqueness=Uniqueness.WHILE_QUEUED, max_attempts=5)
def score(payload: LeadScorePayload, job: RunningJob, services: Services) -> None:
    """Score the lead; one that is not there makes the job dead.

    Post-processing scores its lead itself: a job would meet instances of 0.1.0, which do not know the kind.
    """
    try:
        with services.store.transaction() as connection:
            rescore(connection, payload.lead_id, workspace_id=job.workspace_id)
    except NotFound as error:
        raise Permanent(error.message) from error
