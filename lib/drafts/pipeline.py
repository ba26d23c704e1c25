"""The drafting pipeline: from an inbound message to a stored draft, or to a stated reason for none.

Safe to repeat, to interrupt at any line and to run twice at once: the run is unique per (message, channel),
its row is locked while it is closed, and what it leaves is written in one transaction.
"""

from dataclasses import dataclass
from uuid import UUID

import structlog

from lib.clock import Deadline
from lib.drafts.artifact import Artifact, Stage
from lib.drafts.auto_send_facts import Candidate
from lib.drafts.auto_send_release import schedule_auto_send
from lib.drafts.classification import tag_for
from lib.drafts.composer import Composer
from lib.drafts.conversation import Conversation
from lib.drafts.conversation_store import read_conversation
from lib.drafts.drafting import Drafted, draft_reply
from lib.drafts.gate import Gate, overseer_gate
from lib.drafts.lead_scoring import rescore
from lib.drafts.no_draft import (
    NoDraftReason,
    evidence_of,
    reason_after_extract,
    reason_before_composing,
    tag_without_draft,
)
from lib.drafts.reported_leads import tag_reported_leads
from lib.drafts.run_store import (
    OpenedRun,
    RunStatus,
    close_run,
    hold_run,
    keep_artifacts,
    open_run,
    store_draft,
    tag_lead,
)
from lib.drafts.template_composer import understood
from lib.errors import NotFound
from lib.jobs.kind import JobKinds
from lib.llm.errors import LlmError
from lib.log.events import LogEvent
from lib.memory.keep import Proposer
from lib.memory.recall import PROMPT_TOKENS
from lib.memory.remember import remember
from lib.store.store import Connection, Store

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """What the pipeline works with."""

    store: Store
    composer: Composer
    kinds: JobKinds
    """The kinds of the jobs that a draft may ask for."""
    auto_send_disabled: bool = False
    """The kill switch (domain §4)."""
    gate: Gate = overseer_gate
    memory_tokens: int = PROMPT_TOKENS
    """The budget of what a composer is told from memory; 0: nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineOutcome:
    """What a run came to."""

    run_id: UUID
    status: RunStatus
    reason: str | None = None
    """Why there is no draft; None when there is one, or when the run was closed before."""
    draft_id: UUID | None = None


def process_inbound(
    pipeline: Pipeline,
    message_id: UUID,
    *,
    workspace_id: UUID | None,
    deadline: Deadline,
    last_attempt: bool = False,
) -> PipelineOutcome:
    """Draft the answer to the inbound `message_id`, once; return what came of it.

    Raises NotFound for a message that is not there or not inbound, and whatever the composer raises: then the
    run stays open for the retry, or is closed as FAILED: on the `last_attempt`, and where none would help.
    """
    with pipeline.store.transaction() as connection:
        conversation = read_conversation(
            connection, message_id, workspace_id=workspace_id, memory_tokens=pipeline.memory_tokens
        )
        if conversation is None:
            raise NotFound("There is no inbound message with this id in the workspace.")
        run = open_run(connection, conversation)
    if run.status is not RunStatus.RUNNING:
        return PipelineOutcome(run_id=run.id, status=run.status)
    reason = reason_before_composing(conversation)
    if reason is None:  # what the rules read first, so that no model talks a lead out of its opt-out
        reason = reason_after_extract(conversation, understood(conversation))
    if reason is not None:
        return _abort(pipeline, run, conversation, reason)
    try:
        drafted = draft_reply(conversation, pipeline.composer, pipeline.gate, deadline=deadline)
    except Exception as error:
        if last_attempt or (isinstance(error, LlmError) and not error.retriable):
            _fail(pipeline, run, error)
        raise
    reason = reason_after_extract(conversation, drafted.composition.extract)
    if reason is not None:
        return _abort(pipeline, run, conversation, reason)
    return _complete(pipeline, run, conversation, drafted)


def _complete(
    pipeline: Pipeline, run: OpenedRun, conversation: Conversation, drafted: Drafted
) -> PipelineOutcome:
    extract = drafted.composition.extract
    with pipeline.store.transaction() as connection:
        held = hold_run(connection, run.id)
        if held is not RunStatus.RUNNING:
            return PipelineOutcome(run_id=run.id, status=held or RunStatus.ABORTED)
        conversation = (
            read_conversation(
                connection, conversation.trigger.id, workspace_id=conversation.workspace.id, memory_tokens=0
            )
            or conversation
        )
        overtaken = reason_before_composing(conversation)
        if overtaken is None:
            draft = store_draft(connection, conversation, drafted.verdict.final_draft, drafted.decision)
            tag = tag_for(conversation.asked, extract, conversation.lead.tag)
            candidate = Candidate(
                conversation=conversation,
                text=drafted.verdict.final_draft,
                judgement=drafted.decision,
                new_tag=tag,
            )
            last = (
                _memory(connection, run, conversation, drafted),
                schedule_auto_send(
                    connection, pipeline.kinds, candidate, draft, kill_switch=pipeline.auto_send_disabled
                ),
                Artifact(
                    stage=Stage.FINAL_DRAFT,
                    payload={"draftId": str(draft.id), "stored": draft.created},
                    text=drafted.verdict.final_draft,
                ),
            )
            keep_artifacts(connection, run.id, (*drafted.artifacts, *last))
            tag_lead(connection, conversation, tag, extract.detected_timezone)
            close_run(connection, run.id, RunStatus.COMPLETED, draft_id=draft.id)
            rescore(connection, conversation.lead.id, workspace_id=conversation.workspace.id)
    if overtaken is not None:
        return _abort(pipeline, run, conversation, overtaken)
    _log.info(
        LogEvent.DRAFT_CREATED if draft.created else LogEvent.DRAFT_KEPT,
        draft_id=str(draft.id),
        run_id=str(run.id),
        gate=drafted.verdict.decision,
        confidence=drafted.verdict.confidence,
    )
    return PipelineOutcome(run_id=run.id, status=RunStatus.COMPLETED, draft_id=draft.id)


def _abort(
    pipeline: Pipeline, run: OpenedRun, conversation: Conversation, reason: NoDraftReason
) -> PipelineOutcome:
    """Close the run with the reason for which there is no draft."""
    with pipeline.store.transaction() as connection:
        evidence = evidence_of(conversation, reason)
        if close_run(connection, run.id, RunStatus.ABORTED, reason=reason, evidence=evidence):
            tag_lead(connection, conversation, tag_without_draft(conversation, reason))
            tag_reported_leads(connection, conversation, reason)
            rescore(connection, conversation.lead.id, workspace_id=conversation.workspace.id)
    _log.info(
        LogEvent.DRAFT_SKIPPED, message_id=str(conversation.trigger.id), run_id=str(run.id), reason=reason
    )
    return PipelineOutcome(run_id=run.id, status=RunStatus.ABORTED, reason=reason)


def _fail(pipeline: Pipeline, run: OpenedRun, error: Exception) -> None:
    with pipeline.store.transaction() as connection:
        close_run(connection, run.id, RunStatus.FAILED, reason=f"composer_failed: {type(error).__name__}")


def _memory(connection: Connection, run: OpenedRun, conversation: Conversation, drafted: Drafted) -> Artifact:
    """Remember what the composer proposed, as far as the workspace's policy goes."""
    proposer = Proposer(workspace_id=conversation.workspace.id, lead_id=conversation.lead.id, run_id=run.id)
    composition = drafted.composition
    told = remember(connection, composition.proposals, conversation.workspace.memory_policy, proposer)
    return Artifact(stage=Stage.MEMORY_PROPOSAL, payload=told, model=composition.model)
