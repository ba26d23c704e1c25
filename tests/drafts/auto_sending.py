"""A draft that goes out by itself, from its message to its job, and what a test may do in between."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from lib.clock import Deadline, SystemClock
from lib.drafts.pipeline import Pipeline
from lib.drafts.template_composer import TemplateComposer
from lib.job_kinds.draft_auto_send import auto_send
from lib.job_kinds.draft_send import DraftSendPayload, send
from lib.jobs.kind import JobKind, RunningJob
from lib.services import Services
from tests.conftest import Database
from tests.drafts.conftest import SLOTS, Inbox
from tests.drafts.outbox import FROM, RecordingMailer
from tests.drafts.processing import process

ALWAYS = {
    "days": ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"],
    "opens": "00:00",
    "closes": "00:00",
}
WILLING: dict[str, Any] = {"auto_send": {"enabled": True}, "hours": ALWAYS}


@dataclass(frozen=True, kw_only=True)
class AutoSending:
    """One workspace, one lead, and the draft that answers it."""

    services: Services
    inbox: Inbox
    workspace: UUID
    lead: UUID
    message: UUID
    draft: UUID

    @property
    def database(self) -> Database:
        return self.inbox.database

    def run(self, kind: JobKind[Any] = auto_send, **more: Any) -> None:
        """Call the kind's handler as the runner does."""
        held = {"attempt": 0, "crashes": 0, "max_attempts": kind.max_attempts, **more}
        job = RunningJob(
            id=1,
            workspace_id=self.workspace,
            created_at=datetime.now(UTC),
            deadline=Deadline.after_ms(SystemClock(), 30_000),
            **held,
        )
        kind.handler(DraftSendPayload.model_validate({"draftId": str(self.draft)}), job, self.services)

    def by_a_person(self, **more: Any) -> None:
        """A person's own send of the draft."""
        self.run(send, **more)

    def with_settings(self, **changes: Any) -> "AutoSending":
        settings = self.services.settings.model_copy(update=changes)
        return replace(self, services=replace(self.services, settings=settings))

    def decisions(self) -> list[tuple[Any, ...]]:
        """Every decision and its reason, in their order."""
        return self.database.rows(
            "SELECT a.payload->>'decision', a.payload->>'reason' FROM draft_pipeline_artifacts a"
            " JOIN draft_pipeline_runs r ON r.id = a.run_id WHERE a.stage = 'auto_send_evaluation'"
            " AND r.trigger_message_id = %s ORDER BY a.iteration",
            self.message,
        )

    def state(self) -> tuple[Any, ...]:
        ((*found,),) = self.database.rows(
            "SELECT status, response_disposition, send_unconfirmed FROM drafts WHERE id = %s", self.draft
        )
        return tuple(found)

    def reply(self, body: str = "And one more thing.", **fields: Any) -> UUID:
        """Something else that was said between workspace and lead, now."""
        now = self.database.value("SELECT everytick_now()")
        held = {"sent_at": now, "created_at": now, **fields}
        return self.inbox.message(self.workspace, self.lead, body, **held)


def auto_sending(
    services: Services, inbox: Inbox, mailer: RecordingMailer, *, settings: dict[str, Any] | None = None
) -> AutoSending:
    """A lead that accepts an offered slot, and the draft that confirms it."""
    settings_of_mail = services.settings.model_copy(update={"mail_from": FROM})
    held = replace(services, mailer=mailer, composer=TemplateComposer(), settings=settings_of_mail)
    workspace = inbox.workspace(**(WILLING if settings is None else settings))
    lead = inbox.lead(workspace, offered_slots=SLOTS)
    message = inbox.message(
        workspace,
        lead,
        "Tuesday, March 3 at 2:00 PM works for me.",
        sent_at=inbox.database.value("SELECT everytick_now()"),
        created_at=inbox.database.value("SELECT everytick_now()"),
    )
    pipeline = Pipeline(store=services.store, composer=TemplateComposer(), kinds=services.kinds)
    outcome = process(pipeline, message, Deadline.after_ms(SystemClock(), 30_000))
    assert outcome.draft_id is not None
    return AutoSending(
        services=held,
        inbox=inbox,
        workspace=workspace,
        lead=lead,
        message=message,
        draft=outcome.draft_id,
    )
