"""`draft.auto_send`: send a draft without a person, with all checks again (domain §2, §4)."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from lib.drafts.auto_send_release import AUTO_SEND, AutoSendRelease, note_not_pending
from lib.drafts.disposition import SentBy
from lib.drafts.sending import SendOutcome, send_draft
from lib.errors import NotFound, SendDeferred, SendRefused
from lib.job_kinds.draft_send import DraftSendPayload, sending_of
from lib.jobs.kind import RunningJob, Uniqueness, job_kind
from lib.jobs.outcomes import Permanent, Reschedule, RetryAfter
from lib.services import Services

PATIENCE: Final = timedelta(minutes=5)
"""Nobody waits for it, so a mail server that is busy is left alone for longer than back-off would."""


@job_kind(AUTO_SEND, payload=DraftSendPayload, uniqueness=Uniqueness.WHILE_ACTIVE, max_attempts=3)
def auto_send(payload: DraftSendPayload, job: RunningJob, services: Services) -> None:
    """Send the draft if it still may go; what is refused for good makes the job dead, the draft pending.

    A draft that is found sending is never taken for this job's own left-over, since a person's send may be
    at it: it is settled once whoever began must have ended.
    """
    release = AutoSendRelease(kill_switch=services.settings.auto_send_disabled)
    try:
        result = send_draft(
            replace(sending_of(services), release=release),
            payload.draft_id,
            workspace_id=job.workspace_id,
            deadline=job.deadline,
            sent_by=SentBy.AI,
        )
    except (NotFound, SendRefused) as error:
        raise Permanent(error.message) from error
    except SendDeferred as error:
        raise RetryAfter(PATIENCE, error.message) from error
    if result.ask_again_at is not None:
        raise Reschedule(result.ask_again_at, result.reason or "another execution is sending this draft")
    if result.outcome is SendOutcome.SKIPPED and result.state is not None:
        with services.store.transaction() as connection:
            note_not_pending(connection, payload.draft_id, result.state)
