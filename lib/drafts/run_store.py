"""The rows of a pipeline run: opening it, closing it, its artifacts and its draft."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from psycopg.types.json import Jsonb

from lib.drafts.artifact import Artifact, storable_payload
from lib.drafts.conversation import Conversation
from lib.store.store import Connection

OPEN: Final = """
INSERT INTO draft_pipeline_runs AS r (workspace_id, lead_id, trigger_message_id, channel, status)
VALUES (%(workspace_id)s, %(lead_id)s, %(message_id)s, %(channel)s, 'RUNNING')
ON CONFLICT (trigger_message_id, channel) DO UPDATE SET status = 'RUNNING', finished_at = NULL, reason = NULL,
    evidence = NULL
WHERE r.status = 'FAILED'
RETURNING id
"""
"""A new run, or a failed one opened again."""

FIND: Final = """
SELECT id, status FROM draft_pipeline_runs WHERE trigger_message_id = %(message_id)s AND channel = %(channel)s
"""

HOLD: Final = "SELECT status FROM draft_pipeline_runs WHERE id = %s FOR UPDATE"
"""Whoever holds it closes it; another execution of the same run waits here and finds it closed."""

CLOSE: Final = """
UPDATE draft_pipeline_runs SET status = %(status)s, reason = %(reason)s, evidence = %(evidence)s,
       draft_id = %(draft_id)s, finished_at = everytick_now()
WHERE id = %(run_id)s AND status = 'RUNNING'
"""

KEEP_ARTIFACT: Final = """
INSERT INTO draft_pipeline_artifacts
    (run_id, stage, iteration, prompt_key, model, payload, text, input_tokens, output_tokens, latency_ms)
VALUES (%(run_id)s, %(stage)s, %(iteration)s, %(prompt_key)s, %(model)s, %(payload)s, %(text)s,
    %(input_tokens)s, %(output_tokens)s, %(latency_ms)s)
ON CONFLICT (run_id, stage, iteration) DO UPDATE SET prompt_key = EXCLUDED.prompt_key, model = EXCLUDED.model,
    payload = EXCLUDED.payload, text = EXCLUDED.text, input_tokens = EXCLUDED.input_tokens,
    output_tokens = EXCLUDED.output_tokens, latency_ms = EXCLUDED.latency_ms
"""

STORE_DRAFT: Final = """
INSERT INTO drafts (workspace_id, lead_id, trigger_message_id, channel, content, decision)
VALUES (%(workspace_id)s, %(lead_id)s, %(message_id)s, %(channel)s, %(content)s, %(decision)s)
ON CONFLICT (trigger_message_id, channel) WHERE status <> 'rejected' DO NOTHING
RETURNING id
"""
LIVE_DRAFT: Final = """
SELECT id FROM drafts
WHERE trigger_message_id = %(message_id)s AND channel = %(channel)s AND status <> 'rejected'
"""

TAG_LEAD: Final = """
UPDATE leads SET tag = coalesce(%(tag)s, tag), timezone = coalesce(timezone, %(timezone)s)
WHERE workspace_id = %(workspace_id)s AND id = %(lead_id)s
"""


class RunStatus(StrEnum):
    """What became of a pipeline run; the stored words."""

    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    ABORTED = "ABORTED"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedRun:
    """A run, and whether it is still to be done."""

    id: UUID
    status: RunStatus


def open_run(connection: Connection, conversation: Conversation) -> OpenedRun:
    """The one run of this trigger: new, resumed after a crash or a failure, or closed already."""
    facts = _facts(conversation)
    row = connection.execute(OPEN, facts).fetchone()
    if row is not None:
        return OpenedRun(id=row[0], status=RunStatus.RUNNING)
    row = connection.execute(FIND, facts).fetchone()
    if row is None:
        raise LookupError("the pipeline run was deleted while it was opened")
    return OpenedRun(id=row[0], status=RunStatus(row[1]))


def hold_run(connection: Connection, run_id: UUID) -> RunStatus | None:
    """Lock the run until the transaction ends and return its status; None when it was deleted."""
    row = connection.execute(HOLD, (run_id,)).fetchone()
    return None if row is None else RunStatus(row[0])


def close_run(
    connection: Connection,
    run_id: UUID,
    status: RunStatus,
    *,
    reason: str | None = None,
    evidence: dict[str, str] | None = None,
    draft_id: UUID | None = None,
) -> bool:
    """Close a running run; whether it was running. `evidence` is what told the `reason`."""
    facts = {
        "run_id": run_id,
        "status": status,
        "reason": reason,
        "evidence": None if evidence is None else Jsonb(evidence),
        "draft_id": draft_id,
    }
    return connection.execute(CLOSE, facts).rowcount == 1


def keep_artifacts(connection: Connection, run_id: UUID, artifacts: tuple[Artifact, ...]) -> None:
    """Store each stage's artifact, in place of an earlier one of the same run, stage and iteration."""
    rows = [
        {
            "run_id": run_id,
            "stage": artifact.stage,
            "iteration": artifact.iteration,
            "prompt_key": artifact.prompt_key,
            "model": artifact.model,
            "payload": Jsonb(storable_payload(artifact.payload)),
            "text": artifact.text,
            "input_tokens": artifact.input_tokens,
            "output_tokens": artifact.output_tokens,
            "latency_ms": artifact.latency_ms,
        }
        for artifact in artifacts
    ]
    with connection.cursor() as cursor:
        cursor.executemany(KEEP_ARTIFACT, rows)  # all on their way before the first answer


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDraft:
    """The live draft of a trigger."""

    id: UUID
    created: bool
    """Whether it was made just now."""


def store_draft(
    connection: Connection, conversation: Conversation, content: str, decision: dict[str, Any]
) -> StoredDraft:
    """Store the draft as pending, unless the trigger has a live one already: then that one stays."""
    facts = {**_facts(conversation), "content": content, "decision": Jsonb(storable_payload(decision))}
    row = connection.execute(STORE_DRAFT, facts).fetchone()
    if row is not None:
        return StoredDraft(id=row[0], created=True)
    row = connection.execute(LIVE_DRAFT, facts).fetchone()
    if row is None:
        raise LookupError("the live draft was rejected while another was stored")
    return StoredDraft(id=row[0], created=False)


def tag_lead(
    connection: Connection, conversation: Conversation, tag: str | None, timezone: str | None = None
) -> None:
    """Set the lead's tag, and its time zone where none was known; None leaves as is."""
    facts = {**_facts(conversation), "tag": tag, "timezone": timezone}
    connection.execute(TAG_LEAD, facts)


def _facts(conversation: Conversation) -> dict[str, Any]:
    return {
        "workspace_id": conversation.workspace.id,
        "lead_id": conversation.lead.id,
        "message_id": conversation.trigger.id,
        "channel": conversation.channel,
    }
