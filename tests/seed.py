"""Rows for tests, put straight into the database: what the app itself has no way to make overdue."""

from uuid import UUID

from tests.conftest import Database


def workspace(database: Database, name: str = "default") -> UUID:
    """A workspace's id."""
    made: UUID = database.value("INSERT INTO workspaces (name) VALUES (%s) RETURNING id", name)
    return made


def lead(database: Database, workspace_id: UUID, email: str = "lea@example.com") -> UUID:
    """A lead's id."""
    made: UUID = database.value(
        "INSERT INTO leads (workspace_id, email) VALUES (%s, %s) RETURNING id", workspace_id, email
    )
    return made


def inbound(
    database: Database, workspace_id: UUID, lead_id: UUID, *, body: str = "What does it cost?"
) -> UUID:
    """An inbound message's id."""
    made: UUID = database.value(
        "INSERT INTO messages (workspace_id, lead_id, channel, direction, body, thread_id, sent_at)"
        " VALUES (%s, %s, 'email', 'inbound', %s, gen_random_uuid(), everytick_now()) RETURNING id",
        workspace_id,
        lead_id,
        body,
    )
    return made


def draft(
    database: Database,
    message_id: UUID,
    *,
    content: str = "Thank you.",
    status: str = "pending",
    minutes_ago: int = 0,
) -> UUID:
    """A draft's id, in answer to `message_id`."""
    made: UUID = database.value(
        "INSERT INTO drafts (workspace_id, lead_id, trigger_message_id, channel, content, status, updated_at)"
        " SELECT workspace_id, lead_id, id, 'email', %s, %s, everytick_now() - %s * interval '1 minute'"
        " FROM messages WHERE id = %s RETURNING id",
        content,
        status,
        minutes_ago,
        message_id,
    )
    return made


def sent(database: Database, draft_id: UUID, *, body: str, sent_by: str | None = "setter") -> UUID:
    """The outbound message of `draft_id`, with `body` as it was sent."""
    made: UUID = database.value(
        "INSERT INTO messages (workspace_id, lead_id, channel, direction, body, thread_id, sent_at,"
        " sent_by, draft_id) SELECT workspace_id, lead_id, channel, 'outbound', %s, gen_random_uuid(),"
        " everytick_now(), %s, id FROM drafts WHERE id = %s RETURNING id",
        body,
        sent_by,
        draft_id,
    )
    return made


def pipeline_run(database: Database, message_id: UUID, *, days_ago: int) -> UUID:
    """A completed pipeline run with one artifact, `days_ago` old."""
    made: UUID = database.value(
        "INSERT INTO draft_pipeline_runs (workspace_id, lead_id, trigger_message_id, channel, status,"
        " created_at, finished_at) SELECT workspace_id, lead_id, id, channel, 'COMPLETED',"
        " everytick_now() - %s * interval '1 day', everytick_now() FROM messages WHERE id = %s RETURNING id",
        days_ago,
        message_id,
    )
    database.run("INSERT INTO draft_pipeline_artifacts (run_id, stage) VALUES (%s, 'final_draft')", made)
    return made


def lead_memory(
    database: Database, lead_id: UUID, content: str, *, source: str = "INFERENCE", hours: int | None
) -> None:
    """A memory entry of a lead that expires in `hours` (ago, when negative); None: never."""
    database.run(
        "INSERT INTO lead_memory_entries (workspace_id, lead_id, category, content, source, status,"
        " expires_at) SELECT workspace_id, id, 'note', %s, %s, 'APPROVED',"
        " everytick_now() + %s * interval '1 hour' FROM leads WHERE id = %s",
        content,
        source,
        hours,
        lead_id,
    )


def workspace_memory(
    database: Database, workspace_id: UUID, content: str, *, source: str = "INFERENCE", hours: int | None
) -> None:
    """A memory entry of a workspace that expires in `hours` (ago, when negative); None: never."""
    database.run(
        "INSERT INTO workspace_memory_entries (workspace_id, category, content, source, status, expires_at)"
        " VALUES (%s, 'note', %s, %s, 'APPROVED', everytick_now() + %s * interval '1 hour')",
        workspace_id,
        content,
        source,
        hours,
    )


def finished_job(database: Database, *, days_ago: int, status: str = "succeeded") -> int:
    """A finished job's id."""
    made: int = database.value(
        "INSERT INTO jobs (kind, status, finished_at, last_error) VALUES"
        " ('system.noop', %s, everytick_now() - %s * interval '1 day', 'as seeded') RETURNING id",
        status,
        days_ago,
    )
    return made


def due_job(database: Database, *, minutes_ago: int = 0) -> int:
    """A due job's id."""
    made: int = database.value(
        "INSERT INTO jobs (kind, status, run_at) VALUES"
        " ('system.noop', 'pending', everytick_now() - %s * interval '1 minute') RETURNING id",
        minutes_ago,
    )
    return made


def tick(database: Database, key: str, *, seconds_ago: float = 0, mode: str = "inline") -> None:
    """A tick in the ledger that came so long ago."""
    database.run(
        "INSERT INTO dispatches (dispatch_key, mode, reason, state, correlation_id, last_tick_at)"
        " VALUES (%s, %s, 'flag_off', 'inline', 'c', everytick_now() - %s * interval '1 second')",
        key,
        mode,
        seconds_ago,
    )


def line(database: Database, key: str, job_name: str, state: str, *, seconds_ago: float = 0) -> None:
    """A line of that tick's dispatch, dispatched so long ago."""
    database.run(
        "INSERT INTO dispatch_lines (dispatch_key, job_name, state, dispatched_at)"
        " VALUES (%s, %s, %s, everytick_now() - %s * interval '1 second')",
        key,
        job_name,
        state,
        seconds_ago,
    )
