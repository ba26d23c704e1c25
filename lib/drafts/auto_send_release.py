"""Auto-send in action: the job that is scheduled with a draft, and all checks again when it runs."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog

from lib.drafts.artifact import Artifact, Stage
from lib.drafts.auto_send import AutoSendVerdict, decide_release, decide_schedule, not_pending
from lib.drafts.auto_send_facts import Candidate
from lib.drafts.auto_send_store import hold_parties, moment_of, note_decision, read_present
from lib.drafts.conversation_store import read_conversation
from lib.drafts.run_store import StoredDraft
from lib.drafts.send_store import SendableDraft
from lib.drafts.sending import SendOutcome, SendResult
from lib.drafts.sending_hours import SendingHours
from lib.errors import NotFound
from lib.inbox.workspace_settings import read_workspace_settings
from lib.jobs.enqueue import NewJob, enqueue
from lib.jobs.kind import JobKinds
from lib.log.events import LogEvent
from lib.store.store import Connection

AUTO_SEND: Final = "draft.auto_send"

_log = structlog.get_logger()


def schedule_auto_send(
    connection: Connection, kinds: JobKinds, candidate: Candidate, draft: StoredDraft, *, kill_switch: bool
) -> Artifact:
    """Decide about the draft that is being stored; where it may go, enqueue its job in the same transaction.

    The artifact says what was decided, and why.
    """
    said = candidate.conversation
    moment = moment_of(connection, said.trigger.id)
    settings = read_workspace_settings(connection, said.workspace.id)
    decision = decide_schedule(
        candidate.facts(
            settings.auto_send,
            kill_switch=kill_switch,
            message_at=moment.message_at,
            elsewhere=moment.elsewhere,
        ),
        message_id=said.trigger.id,
        hours=SendingHours.of(settings),
        now=moment.now,
        kept=not draft.created,
    )
    if decision.verdict is AutoSendVerdict.SCHEDULED:
        enqueue(connection, kinds, _job(candidate, draft.id, decision.run_at))
    return Artifact(stage=Stage.AUTO_SEND_EVALUATION, payload=decision.as_json())


def _job(candidate: Candidate, draft_id: UUID, run_at: datetime | None) -> NewJob:
    said = candidate.conversation
    return NewJob(
        kind=AUTO_SEND,
        payload={"draftId": str(draft_id)},
        workspace_id=said.workspace.id,
        dedupe_key=f"{said.workspace.id}:{said.trigger.id}:{AUTO_SEND}:{draft_id}",
        run_at=run_at,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class AutoSendRelease:
    """The release of a send without a person; it notes each decision with its reason."""

    kill_switch: bool
    """AUTO_SEND_DISABLED."""

    def __call__(self, connection: Connection, draft: SendableDraft, /) -> SendResult | None:
        """None: the draft may go this very moment. What was found holds until it is marked as sending."""
        hold_parties(connection, workspace_id=draft.workspace_id, lead_id=draft.lead_id)
        present = read_present(connection, draft.id)
        settings = read_workspace_settings(connection, draft.workspace_id)
        said = read_conversation(connection, present.message_id, workspace_id=draft.workspace_id)
        if said is None:
            raise NotFound("The message that the draft answers is not there.")
        candidate = Candidate(conversation=said, text=draft.body, judgement=present.judgement)
        decision = decide_release(
            candidate.facts(
                settings.auto_send,
                kill_switch=self.kill_switch,
                message_at=present.message_at,
                elsewhere=present.elsewhere,
            ),
            present.since,
            hours=SendingHours.of(settings),
            now=present.now,
        )
        note_decision(connection, draft.id, decision)
        if decision.verdict is AutoSendVerdict.RELEASED:
            return None
        _log.info(
            LogEvent.DRAFT_NOT_AUTO_SENT,
            draft_id=str(draft.id),
            decision=decision.verdict,
            reason=decision.reason,
        )
        postponed = decision.verdict is AutoSendVerdict.POSTPONED
        return SendResult(
            outcome=SendOutcome.WAITING if postponed else SendOutcome.SKIPPED,
            reason=decision.reason,
            ask_again_at=decision.run_at,
        )


def note_not_pending(connection: Connection, draft_id: UUID, state: str) -> None:
    """Note that the job found the draft in another state than pending."""
    present = read_present(connection, draft_id)
    note_decision(connection, draft_id, not_pending(state, present.now))
