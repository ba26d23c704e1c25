"""A queue with kinds whose handlers the test writes itself."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from pydantic import BaseModel, ConfigDict

from lib.clock import Deadline
from lib.jobs.drain import drain
from lib.jobs.enqueue import Enqueued, NewJob, enqueue_many
from lib.jobs.kind import JobKind, JobKinds, RunningJob, Uniqueness
from lib.jobs.summary import DrainSummary
from lib.services import Services
from tests.conftest import Database

Handler = Callable[[RunningJob], object]


class ProbePayload(BaseModel):
    model_config = ConfigDict(extra="forbid")

    note: str = ""


class Queue:
    """The queue as a test uses it."""

    def __init__(self, services: Services, database: Database) -> None:
        self.services = services
        self.database = database
        self.began: list[int] = []
        """The ids of jobs whose handlers began, in that order."""

    def handle(
        self,
        name: str,
        handler: Handler = lambda _job: None,
        *,
        uniqueness: Uniqueness | None = None,
        max_attempts: int = 5,
    ) -> None:
        """Register `handler` for the kind `name`."""

        def run(_payload: ProbePayload, job: RunningJob, _services: Services) -> None:
            self.began.append(job.id)
            handler(job)

        kind = JobKind(
            name=name, payload=ProbePayload, handler=run, uniqueness=uniqueness, max_attempts=max_attempts
        )
        others = [known for known in self.services.kinds.values() if known.name != name]
        self.services = replace(self.services, kinds=JobKinds(kind, *others))

    def put(
        self,
        kind: str = "test.probe",
        payload: Mapping[str, Any] | None = None,
        *,
        workspace_id: UUID | None = None,
        dedupe_key: str | None = None,
        run_at: datetime | None = None,
        priority: int = 0,
    ) -> Enqueued:
        """Enqueue one job."""
        job = NewJob(
            kind=kind,
            payload=payload or {},
            workspace_id=workspace_id,
            dedupe_key=dedupe_key,
            run_at=run_at,
            priority=priority,
        )
        return self.put_all([job])[0]

    def put_all(self, jobs: Sequence[NewJob]) -> list[Enqueued]:
        """Enqueue `jobs` in one transaction."""
        with self.services.store.transaction() as connection:
            return enqueue_many(connection, self.services.kinds, jobs)

    def drain(self, *, budget_ms: float = 60_000, **options: Any) -> DrainSummary:
        """Drain until there is nothing due, or as `options` say."""
        return drain(self.services, deadline=Deadline.after_ms(self.services.clock, budget_ms), **options)

    def workspace(self, name: str) -> UUID:
        """A new workspace."""
        made: UUID = self.database.value("INSERT INTO workspaces (name) VALUES (%s) RETURNING id", name)
        return made

    def job(self, job_id: int) -> dict[str, Any]:
        """The job's row."""
        found: dict[str, Any] = self.database.value("SELECT to_jsonb(jobs) FROM jobs WHERE id = %s", job_id)
        return found

    def statuses(self) -> dict[str, int]:
        """How many jobs have each status."""
        return dict(self.database.rows("SELECT status, count(*) FROM jobs GROUP BY 1"))


@pytest.fixture
def queue(services: Services, database: Database) -> Queue:
    """A queue whose kind `test.probe` does nothing."""
    made = Queue(services, database)
    made.handle("test.probe")
    return made
