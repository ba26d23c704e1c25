"""The scenario that every path of a tick must bring to the same end (failure D1).

`seed_overdue` puts one overdue item for each responsibility and each item of maintenance into the database,
beside one that isn't due; `OUTCOME` is what the rows must be afterwards, written out by hand. A path of its
own (inline, fallback, a function) only calls the work in between.
"""

from typing import Any, Final

from tests import seed
from tests.conftest import Database

OUTCOME: Final[dict[str, list[tuple[Any, ...]]]] = {
    # process: the due job is done once, the one of tomorrow waits
    "jobs": [
        ("due", "succeeded", 1, 0, None),
        ("tomorrow", "scheduled", 0, 0, None),
    ],
    # staleDrafts: by what is known; a young one is left alone
    "drafts": [
        ("sent as drafted", "approved", "APPROVED", False),
        ("sent with changes", "approved", "EDITED", False),
        ("vanished", "approved", None, True),
        ("young", "sending", None, False),
    ],
    # draftPipelineRuns: past 30 days, with its artifact
    "draft_pipeline_runs": [("young",)],
    "draft_pipeline_artifacts": [("young",)],
    # leadMemory and workspaceMemory: what was inferred and is past its time
    "lead_memory_entries": [("inferred, to come",), ("manual, past",)],
    "workspace_memory_entries": [("inferred, to come",), ("manual, past",)],
    # ownRetention: the old ones of each ledger are gone, the dead job waits for its operator
    "finished_jobs": [("dead", "dead")],
    "old_runs": [],
    "old_dispatches": [],
}

_QUERIES: Final = {
    "jobs": "SELECT dedupe_key, status, attempt, crashes, last_error FROM jobs"
    " WHERE dedupe_key IS NOT NULL ORDER BY 1",
    "drafts": "SELECT content, status, response_disposition, send_unconfirmed FROM drafts"
    " WHERE content <> 'of a run' ORDER BY 1",
    "draft_pipeline_runs": "SELECT reason FROM draft_pipeline_runs ORDER BY 1",
    "draft_pipeline_artifacts": "SELECT r.reason FROM draft_pipeline_artifacts a"
    " JOIN draft_pipeline_runs r ON r.id = a.run_id ORDER BY 1",
    "lead_memory_entries": "SELECT content FROM lead_memory_entries ORDER BY 1",
    "workspace_memory_entries": "SELECT content FROM workspace_memory_entries ORDER BY 1",
    "finished_jobs": "SELECT last_error, status FROM jobs WHERE dedupe_key IS NULL ORDER BY 1",
    "old_runs": "SELECT run_id FROM runs WHERE run_id = 'old'",
    "old_dispatches": "SELECT dispatch_key FROM dispatches WHERE dispatch_key = 'old'",
}


def outcome(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """The rows that `OUTCOME` speaks of, as they are now."""
    return {name: database.rows(query) for name, query in _QUERIES.items()}


def seed_overdue(database: Database) -> None:
    """One overdue item for each responsibility and item, beside one that isn't."""
    workspace = seed.workspace(database)
    lead = seed.lead(database, workspace)

    for key, status, minutes in (("due", "pending", -5), ("tomorrow", "scheduled", 1440)):
        database.run(
            "INSERT INTO jobs (workspace_id, kind, status, run_at, dedupe_key, dedupe_scope) VALUES"
            " (%s, 'system.noop', %s, everytick_now() + %s * interval '1 minute', %s, 'while_active')",
            workspace,
            status,
            minutes,
            key,
        )

    for content, minutes, body in (
        ("sent as drafted", 11, "sent as drafted"),
        ("sent with changes", 11, "sent with other words"),
        ("vanished", 11, None),
        ("young", 2, None),
    ):
        message = seed.inbound(database, workspace, lead)
        draft = seed.draft(database, message, content=content, status="sending", minutes_ago=minutes)
        if body is not None:
            seed.sent(database, draft, body=body)

    for reason, days in (("old", 31), ("young", 3)):
        run = seed.pipeline_run(database, seed.inbound(database, workspace, lead), days_ago=days)
        database.run("UPDATE draft_pipeline_runs SET reason = %s WHERE id = %s", reason, run)

    for content, source, hours in (
        ("inferred, past", "INFERENCE", -1),
        ("inferred, to come", "INFERENCE", 1),
        ("manual, past", "MANUAL", -1),
    ):
        seed.lead_memory(database, lead, content, source=source, hours=hours)
        seed.workspace_memory(database, workspace, content, source=source, hours=hours)

    seed.finished_job(database, days_ago=15)
    dead = seed.finished_job(database, days_ago=15, status="dead")
    database.run("UPDATE jobs SET last_error = 'dead' WHERE id = %s", dead)
    database.run(
        "INSERT INTO runs (job_name, run_id, source, status, owner, started_at, finished_at) VALUES"
        " ('process-background-jobs', 'old', 'inline', 'succeeded', 'x',"
        "  everytick_now() - interval '31 days', everytick_now() - interval '31 days')"
    )
    database.run(
        "INSERT INTO dispatches (dispatch_key, mode, reason, state, correlation_id, last_tick_at) VALUES"
        " ('old', 'inline', 'flag_off', 'inline', 'c', everytick_now() - interval '31 days')"
    )
