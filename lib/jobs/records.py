"""Jobs as an operator sees them: one by id, or a list by status, kind and workspace."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from psycopg.rows import class_row

from lib.clock import iso
from lib.errors import JobNotFound
from lib.jobs.job import JobStatus
from lib.store.store import Connection

COLUMNS: Final = """
SELECT jobs.id, jobs.workspace_id, workspaces.name AS workspace, kind, payload, dedupe_key, dedupe_scope,
       status, priority, run_at, attempt, crashes, max_attempts, reschedules, leased_by, lease_expires_at,
       last_error, jobs.created_at, started_at, finished_at
FROM jobs LEFT JOIN workspaces ON workspaces.id = jobs.workspace_id
"""
FIND: Final = f"{COLUMNS} WHERE jobs.id = %s"
LIST: Final = f"""{COLUMNS}
WHERE (%(status)s::text IS NULL OR status = %(status)s)
  AND (%(kind)s::text IS NULL OR kind = %(kind)s)
  AND (%(workspace)s::text IS NULL OR workspaces.name = %(workspace)s OR workspaces.id::text = %(workspace)s)
ORDER BY jobs.id DESC LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRecord:
    """A job's row."""

    id: int
    workspace_id: UUID | None
    workspace: str | None
    """The workspace's name; None for a job of no workspace."""
    kind: str
    payload: dict[str, Any]
    dedupe_key: str | None
    dedupe_scope: str | None
    status: str
    priority: int
    run_at: datetime
    attempt: int
    crashes: int
    max_attempts: int
    reschedules: int
    leased_by: str | None
    """None unless it is running."""
    lease_expires_at: datetime | None
    last_error: str | None
    created_at: datetime
    started_at: datetime | None
    """When its latest execution began; None before."""
    finished_at: datetime | None

    def as_json(self) -> dict[str, Any]:
        """The public shape."""
        return {
            "id": self.id,
            "kind": self.kind,
            "status": self.status,
            "workspaceId": str(self.workspace_id) if self.workspace_id else None,
            "workspace": self.workspace,
            "payload": self.payload,
            "dedupeKey": self.dedupe_key,
            "dedupeScope": self.dedupe_scope,
            "priority": self.priority,
            "runAt": iso(self.run_at),
            "attempt": self.attempt,
            "crashes": self.crashes,
            "maxAttempts": self.max_attempts,
            "reschedules": self.reschedules,
            "leasedBy": self.leased_by,
            "leaseExpiresAt": _told(self.lease_expires_at),
            "lastError": self.last_error,
            "createdAt": iso(self.created_at),
            "startedAt": _told(self.started_at),
            "finishedAt": _told(self.finished_at),
        }


def find_job(connection: Connection, job_id: int) -> JobRecord:
    """The job with this id; raises JobNotFound."""
    with connection.cursor(row_factory=class_row(JobRecord)) as cursor:
        found = cursor.execute(FIND.encode(), (job_id,)).fetchone()
    if found is None:
        raise JobNotFound(f"There is no job {job_id}: it never was, or its retention is over.")
    return found


def list_jobs(
    connection: Connection,
    *,
    status: JobStatus | None = None,
    kind: str | None = None,
    workspace: str | None = None,
    limit: int = 50,
) -> list[JobRecord]:
    """The newest jobs that fit; `workspace` is a name or an id."""
    wanted = {"status": status, "kind": kind, "workspace": workspace, "limit": limit}
    with connection.cursor(row_factory=class_row(JobRecord)) as cursor:
        return cursor.execute(LIST.encode(), wanted).fetchall()


def _told(instant: datetime | None) -> str | None:
    return iso(instant) if instant else None
