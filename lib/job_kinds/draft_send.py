"""`draft.send`: send a released draft once (domain §2, §4)."""

from uuid import UUID

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from lib.drafts.sending import Sending, send_draft
from lib.errors import NotFound, SendRefused
from lib.jobs.kind import RunningJob, Uniqueness, job_kind
from lib.jobs.outcomes import Permanent, Reschedule
from lib.services import Services


class DraftSendPayload(BaseModel):
    """Which draft."""

    model_config = ConfigDict(extra="forbid", alias_generator=to_camel)

    draft_id: UUID


@job_kind("draft.send", payload=DraftSendPayload, uniqueness=Uniqueness.WHILE_ACTIVE, max_attempts=5)
def send(payload: DraftSendPayload, job: RunningJob, services: Services) -> None:
    """Send the draft; what is refused for good makes the job dead, with the draft pending again."""
    try:
        result = send_draft(
            sending_of(services),
            payload.draft_id,
            workspace_id=job.workspace_id,
            deadline=job.deadline,
            may_be_ours=job.attempt > 0 or job.crashes > 0,
        )
    except (NotFound, SendRefused) as error:
        raise Permanent(error.message) from error
    if result.ask_again_at is not None:
        raise Reschedule(result.ask_again_at, "another execution is sending this draft")


def sending_of(services: Services) -> Sending:
    """What sending works with, of this instance."""
    settings = services.settings
    return Sending(
        store=services.store,
        mailer=services.mailer,
        mail_from=settings.mail_from,
        longest_send_ms=min(settings.smtp_timeout_ms, settings.background_job_timeout_ms),
    )
